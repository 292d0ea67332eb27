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
from processors_at(as_of := $as_of, known_at := $known_at) as a
left join naming as n using (import_id, sheet_number, row)
left join processor_agreements_items as i
    on i.import_id = a.import_id and i.sheet is not distinct from a.sheet and i.row = a.row and i.item = a.agreement_id
where a.organisation = $organisation and (n.row is not null or lower(a.supplier) = lower($supplier))
order by named desc, list_position(['unmet', 'unknown', 'met', 'exempt'], i.outcome), lower(a.agreement_id)
