-- Every version of every pack that was ever installed, the last first. A row from a backup can lack its name or its sum.
select pack, sha256
from packs
where pack is not null and sha256 is not null
order by edition desc
