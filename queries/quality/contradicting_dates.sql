-- what: Rows whose dates contradict each other: what comes first is dated later.
-- grain: one row per row and pair of dates
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
--   field (varchar): the two fields: the one that is dated too early, and the one that it should not be before
--   detail (varchar): the two dates
--   number (bigint): how many days they lie apart

with dated as (
    select
        'staff' as source, import_id, sheet_number, sheet, row, unit as subject,
        [{'field': 'employed_to, employed_from', 'early': employed_to::timestamp, 'late': employed_from::timestamp}] as pairs
    from staff
    union all
    select
        'training', import_id, sheet_number, sheet, row, course,
        [
            {'field': 'completed, started', 'early': completed::timestamp, 'late': started::timestamp},
            {'field': 'valid_to, completed', 'early': valid_to::timestamp, 'late': completed::timestamp}
        ]
    from training
    union all
    select
        'incidents', import_id, sheet_number, sheet, row, incident_id,
        [
            {'field': 'discovered, occurred', 'early': discovered, 'late': occurred},
            {'field': 'closed, discovered', 'early': closed::timestamp, 'late': discovered},
            {'field': 'early_warning, discovered', 'early': early_warning, 'late': discovered},
            {'field': 'notification, discovered', 'early': notification, 'late': discovered},
            {'field': 'final_report, discovered', 'early': final_report, 'late': discovered}
        ]
    from incidents
    union all
    select
        'breaches', import_id, sheet_number, sheet, row, breach_id,
        [
            {'field': 'notified, aware', 'early': notified, 'late': aware},
            {'field': 'decided, aware', 'early': decided::timestamp, 'late': aware}
        ]
    from breaches
    union all
    select
        'classifications', import_id, sheet_number, sheet, row, system,
        [{'field': 'valid_to, classified', 'early': valid_to::timestamp, 'late': classified::timestamp}]
    from classifications
    union all
    select
        'dpias', import_id, sheet_number, sheet, row, dpia_id,
        [{'field': 'next_review, decided', 'early': next_review::timestamp, 'late': decided::timestamp}]
    from dpias
    union all
    select
        'processors', import_id, sheet_number, sheet, row, agreement_id,
        [{'field': 'valid_to, signed', 'early': valid_to::timestamp, 'late': signed::timestamp}]
    from processors
    union all
    select
        'procurements', import_id, sheet_number, sheet, row, reference,
        [{'field': 'contract_date, announced', 'early': contract_date::timestamp, 'late': announced::timestamp}]
    from procurements
    union all
    select
        'activities', import_id, sheet_number, sheet, row, activity_id,
        [{'field': 'due, start', 'early': due::timestamp, 'late': start::timestamp}]
    from activities
    union all
    select
        'routines', import_id, sheet_number, sheet, row, routine,
        [{'field': 'next_review, adopted', 'early': next_review::timestamp, 'late': adopted::timestamp}]
    from routines
),
counting as (
    select
        i.organisation, i.organisation_id, i.file, i.extract_date,
        d.* replace (
            list_filter(
                pairs,
                -- a date without a time of day may be any time of that day
                lambda pair: case
                    when has_time(pair.early) then pair.early < pair.late
                    else cast(pair.early as date) < cast(pair.late as date)
                end
            ) as pairs
        )
    from dated as d
    inner join imports_at(as_of := $as_of, known_at := $known_at) as i using (import_id, source)
),
paired as (
    select * exclude (pairs), unnest(pairs, recursive := true)
    from counting as c
    where len(pairs) > 0
        -- the last row with an id counts; these sources have several rows by nature
        and (
            source in ('staff', 'training', 'classifications', 'dpias')
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
    replace(early || ' < ' || late, ' 00:00:00', '') as detail,
    cast(late as date) - cast(early as date) as number
from paired
order by organisation collate sv, source, import_id, sheet_number, row, field
