-- How many files of the intake wait for an answer.
select count(*)
from (
    select state
    from intake_files
    qualify row_number() over (partition by folder, sha256, file order by edition desc) = 1
)
where state = 'held'
