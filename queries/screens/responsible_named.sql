-- Everybody who has been made responsible for a decision.
select distinct responsible as name
from decisions
where responsible like '% %'
order by responsible collate sv, responsible
