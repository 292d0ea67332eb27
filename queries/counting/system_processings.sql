-- The active processings that name one system, with their outcome in point 8. The point's items are attached as a
-- relation.
with naming as (
    -- a processing may name several systems, separated by commas or semicolons
    select distinct import_id, sheet_number, row
    from (
        select
            import_id,
            sheet_number,
            row,
            trim(unnest(string_split_regex(system, '[,;]') || [system])) as system
        from active_processing_at(as_of := $as_of, known_at := $known_at)
        where organisation = $organisation
    )
    where lower(renamed('system', system, $as_of, $known_at)) = lower($system)
),
numbered as (
    select
        *,
        {'item': processing_id, 'label': coalesce(name, processing_id), 'file': file, 'sheet': sheet, 'row': row} as place,
        -- merged organisations may have equal rows: each is paired with an item of its own
        row_number() over (partition by place order by case when reviewed <= $as_of then reviewed end) as nth
    from active_processing_at(as_of := $as_of, known_at := $known_at)
    where organisation = $organisation
),
judged as (
    select
        outcome,
        reason,
        {'item': item, 'label': label, 'file': file, 'sheet': sheet, 'row': row} as place,
        row_number() over (partition by place order by due, outcome, reason) as nth
    from processing_record_items
    where organisation = $organisation
)
select p.processing_id, p.name, renamed('unit', p.unit, $as_of, $known_at) as unit, p.reviewed, i.outcome, i.reason
from numbered as p
inner join naming using (import_id, sheet_number, row)
left join judged as i using (place, nth)
order by p.name collate sv, lower(p.processing_id)
