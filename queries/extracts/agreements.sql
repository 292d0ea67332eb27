-- what: Every processor agreement, with when it ends, whether it is in force, and how it is judged.
-- grain: one row per agreement
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
-- columns:
--   organisation (varchar): whose it is
--   department (varchar): the department of its unit, or empty
--   unit (varchar): the unit that it belongs to, or empty
--   agreement_id (varchar): its id
--   supplier (varchar): the processor
--   service (varchar): what it is about
--   status (varchar): whether there is one; empty where the word of its export is unknown
--   signed (date): the day it was signed
--   valid_to (date): its last day; 9999-12-31 has no end
--   renews (boolean): whether it renews itself
--   in_force (boolean): whether it is signed and has not ended; empty where its export does not say
--   expires (date): the day it ends if nothing is done; empty where it is not in force, renews itself or has no end
--   instruction (boolean): whether the instruction is attached
--   subprocessors (boolean): whether it lists the subprocessors
--   third_country (boolean): whether data are transferred to a third country
--   outcome (varchar): its outcome in point 10
--   reason (varchar): why, as a code
--   detail (varchar): what the reason names, or empty
--   file (varchar): the export that it came from
--   sheet (varchar): the sheet of it
--   row (integer): the row of that
--   as_of (date): the day that is described
--   point_id (varchar): the id of the review point that it is about
--   import_id (integer): the number of the import that it came from

with known as (
    select
        * replace (renamed('unit', unit, $as_of, $known_at) as unit),
        case
            when status_code <> 'yes' or signed > $as_of or valid_to < $as_of and renews is not true then false
            when signed is null and status_code = 'yes' then if(untold('signed', columns), null, false)
            when told(valid_to, 'valid_to', columns) or renews then status_code = 'yes'
        end as in_force
    from processors_at(as_of := $as_of, known_at := $known_at)
)
select
    k.organisation,
    u.department,
    coalesce(u.unit, k.unit) as unit,
    k.agreement_id,
    k.supplier,
    k.service,
    k.status_code as status,
    k.signed,
    k.valid_to,
    k.renews,
    k.in_force,
    case when k.in_force and k.renews is not true then due_of(k.valid_to) end as expires,
    k.instruction,
    k.subprocessors,
    k.third_country,
    i.outcome,
    i.reason,
    i.detail,
    k.file,
    k.sheet,
    k.row,
    $as_of as as_of,
    'processor_agreements' as point_id,
    k.import_id
from known as k
left join units_at(as_of := $as_of, known_at := $known_at) as u
    on u.organisation = k.organisation and u.unit_key = lower(k.unit)
-- merged organisations may have files of the same name with the same ids
left join processor_agreements_items as i
    on i.import_id = k.import_id and i.sheet is not distinct from k.sheet and i.row = k.row
order by k.organisation collate sv, k.agreement_id collate sv
