-- The agreements whose service names one system, then others with its supplier, with their outcome in point 10. The
-- point's items are attached as a relation.
with naming as (
    select distinct import_id, sheet_number, row
    from (
        select
            import_id,
            sheet_number,
            row,
            trim(unnest(string_split_regex(service, '[,;]') || [service])) as system
        from processors_at(as_of := $as_of, known_at := $known_at)
        where organisation = $organisation
    )
    where lower(renamed('system', system, $as_of, $known_at)) = lower($system)
),
numbered as (
    select
        *,
        {
            'item': agreement_id,
            'label': coalesce(nullif(concat_ws(', ', supplier, service), ''), agreement_id),
            'file': file,
            'sheet': sheet,
            'row': row
        } as place,
        -- merged organisations may have equal rows: each is paired with an item of its own
        row_number() over (partition by place order by valid_to) as nth
    from processors_at(as_of := $as_of, known_at := $known_at)
    where organisation = $organisation
),
judged as (
    select
        outcome,
        reason,
        {'item': item, 'label': label, 'file': file, 'sheet': sheet, 'row': row} as place,
        row_number() over (partition by place order by due, outcome, reason) as nth
    from processor_agreements_items
    where organisation = $organisation
)
select
    a.agreement_id,
    a.supplier,
    a.service,
    renamed('unit', a.unit, $as_of, $known_at) as unit,
    n.row is not null as named,
    case when a.signed <= $as_of then a.signed end as signed,
    a.valid_to,
    i.outcome,
    -- one that is past its day and met renews automatically
    if(i.outcome = 'met' and a.valid_to < $as_of, 'renews', i.reason) as reason
from numbered as a
left join naming as n using (import_id, sheet_number, row)
left join judged as i using (place, nth)
where n.row is not null or lower(a.supplier) = lower($supplier)
order by named desc, list_position(['unmet', 'unknown', 'met', 'exempt'], i.outcome), lower(a.agreement_id)
