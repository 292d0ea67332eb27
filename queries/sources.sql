-- What the rows of all sources say, for checks and for lists of names: a relation for each question, of the rows of all
-- imports where it has no day. No figure rests on them, so no review freezes them. Kept in the database and renewed with
-- this file, so that nothing but kept macros depends on which sources there are.

-- One row a row of a source and answer that an outcome hangs on.
create or replace macro answers_written() as table
    -- for each answer that decides, union all
    select
        '{source}' as source, '{field}' as field, import_id, sheet_number, sheet, row, {id} as id,
        {field} is null as unanswered
    from {source}
    -- end
;

-- One row a row of a source and word that an outcome hangs on, of the imports behind the figures of a day.
create or replace macro words_written_at(as_of, known_at) as table
    -- for each word that decides, union all
    select
        organisation, '{source}' as source, '{field}' as field, import_id, file, sheet_number, sheet, row,
        {field} as word, {field}_code as code
    from {source}_at(as_of, known_at)
    -- end
;

-- One row a row of a source and date of something done.
create or replace macro days_done() as table
    -- for each thing done, union all
    select
        '{source}' as source, import_id, sheet_number, sheet, row, {about} as subject, {id} as id, '{field}' as field,
        {field}::date as day
    from {source}
    -- end
;

-- One row a row of a source and pair of dates, of which one may not be before the other.
create or replace macro dates_in_order() as table
    -- for each pair of dates, union all
    select
        '{source}' as source, import_id, sheet_number, sheet, row, {about} as subject, {id} as id,
        '{field}, {first}' as field, {field}::timestamp as early, {first}::timestamp as late
    from {source}
    -- end
;

-- One row a row of a source that names units.
create or replace macro units_written() as table
    -- for each unit, union all
    select '{source}' as source, import_id, sheet_number, sheet, row, {unit} as unit, {department} as department, {id} as id
    from {source}
    -- end
;

-- One row a name of one person.
create or replace macro persons_written() as table
    -- for each person, union all
    select unnest([{names}]) as name from {source}
    -- end
;

-- One row a text that may hold a role, or several persons separated by a comma or a word.
create or replace macro responsible_written() as table
    -- for each responsible, union all
    select unnest([{names}]) as name from {source}
    -- end
;
