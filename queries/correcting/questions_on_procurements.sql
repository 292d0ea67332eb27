-- The procurements of the year, or without a date, where something that the point needs is not known. One row per
-- procurement.
select
    renamed('unit', unit, $as_of, $known_at) as recipient,
    reference, title, unit, form, contract_date, announced, handles_information, classified, requirements,
    risk_analysed, processor_assessed, coordinator_consulted
from procurements_at(as_of := $as_of, known_at := $known_at)
where organisation = $organisation
    and coalesce(year(coalesce(contract_date, announced)) = year($as_of), true)
    and handles_information is distinct from false
    and (
        coalesce(contract_date, announced) is null
        or handles_information is null
        or classified is null
        or requirements is null
        or processor_assessed is null
        or coordinator_consulted is null
    )
order by unit collate sv, reference collate sv
