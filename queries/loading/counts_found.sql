-- How many of the rows that have been read are loaded and rejected, and how many warnings they have.
select
    (select count(*) from typed where {loaded}),
    (select count(distinct (sheet_number, row)) from found_problems where kind = 'rejected'),
    (select count(*) from found_problems where kind = 'warning')
