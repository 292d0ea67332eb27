-- what: Things dated as done after the day of the export.
-- grain: one row per row and date
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment whose knowledge counts
-- columns:
--   organisation (varchar): whose export it is
--   source (varchar): the source that it is an export of
--   import_id (integer): the import
--   file (varchar): the file of it
--   sheet_number (smallint): the sheet, from 0
--   sheet (varchar): its name
--   row (integer): the row
--   subject (varchar): what the row is about, never a person
--   field (varchar): the field with the date
--   detail (varchar): the date
--   number (bigint): how many days after the extract date it is

with dated as (
    select
        'training' as source, import_id, sheet_number, sheet, row, course as subject,
        [{'field': 'started', 'day': started}, {'field': 'completed', 'day': completed}] as days
    from training
    union all
    select
        'incidents', import_id, sheet_number, sheet, row, incident_id,
        [
            {'field': 'occurred', 'day': occurred::date},
            {'field': 'discovered', 'day': discovered::date},
            {'field': 'closed', 'day': closed},
            {'field': 'early_warning', 'day': early_warning::date},
            {'field': 'notification', 'day': notification::date},
            {'field': 'progress_report', 'day': progress_report::date},
            {'field': 'final_report', 'day': final_report::date}
        ]
    from incidents
    union all
    select
        'breaches', import_id, sheet_number, sheet, row, breach_id,
        [
            {'field': 'aware', 'day': aware::date},
            {'field': 'decided', 'day': decided},
            {'field': 'notified', 'day': notified::date}
        ]
    from breaches
    union all
    select
        'classifications', import_id, sheet_number, sheet, row, system,
        [{'field': 'classified', 'day': classified}]
    from classifications
    union all
    select
        'classification_actions', import_id, sheet_number, sheet, row, action_id,
        [{'field': 'done', 'day': done}]
    from classification_actions
    union all
    select
        'risk_analyses', import_id, sheet_number, sheet, row, system,
        [{'field': 'analysed', 'day': analysed}]
    from risk_analyses
    union all
    select
        'processing', import_id, sheet_number, sheet, row, processing_id,
        [{'field': 'reviewed', 'day': reviewed}]
    from processing
    union all
    select
        'dpias', import_id, sheet_number, sheet, row, dpia_id,
        [{'field': 'decided', 'day': decided}]
    from dpias
    union all
    select
        'processors', import_id, sheet_number, sheet, row, agreement_id,
        [{'field': 'signed', 'day': signed}]
    from processors
    union all
    select
        'access_reviews', import_id, sheet_number, sheet, row, system,
        [{'field': 'reviewed', 'day': reviewed}]
    from access_reviews
    union all
    select
        'procurements', import_id, sheet_number, sheet, row, reference,
        [{'field': 'announced', 'day': announced}, {'field': 'coordinator_consulted', 'day': coordinator_consulted}]
    from procurements
    union all
    -- what is not done may have a planned day
    select
        'local_instruction', import_id, sheet_number, sheet, row, unit || '/' || requirement,
        [{'field': 'confirmed', 'day': case when status_code = 'done' then confirmed end}]
    from local_instruction
    union all
    select
        'routines', import_id, sheet_number, sheet, row, routine,
        [{'field': 'adopted', 'day': adopted}]
    from routines
),
counting as (
    select
        i.organisation, i.organisation_id, i.file, i.extract_date,
        d.* replace (list_filter(days, lambda dated: dated.day > extract_date) as days)
    from dated as d
    inner join imports_at(as_of := $as_of, known_at := $known_at) as i using (import_id, source)
),
each_day as (
    select * exclude (days), unnest(days, recursive := true)
    from counting as c
    where len(days) > 0
        -- the last row with an id counts; these sources have several rows by nature
        and (
            source in ('training', 'classifications', 'risk_analyses', 'dpias', 'access_reviews')
            or not exists (
                select 1
                from counting as l
                where l.organisation_id = c.organisation_id
                    and l.source = c.source
                    and lower(l.subject) = lower(c.subject)
                    and (l.extract_date, l.import_id, l.sheet_number, l.row)
                        > (c.extract_date, c.import_id, c.sheet_number, c.row)
            )
        )
)
select
    organisation, source, import_id, file, sheet_number, sheet, row, subject, field,
    cast(day as varchar) as detail,
    day - extract_date as number
from each_day
order by organisation collate sv, source, import_id, sheet_number, row, field
