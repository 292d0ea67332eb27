-- what: Which processor agreements are signed, valid and complete.
-- grain: one row an agreement
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
-- columns: columns.txt

with judged as (
    select
        *,
        lacks(columns_read, sheet_number, 'signed') as unsaid,
        concat_ws(
            ', ',
            case when instruction = false then 'instruction' end,
            case when subprocessors = false then 'subprocessors' end
        ) as lacking,
        case
            when status_code is null then unknown('no_information')
            when status_code = 'not_applicable' then exempt('exempt')
            when status_code = 'no' then unmet('missing')
            when status_code = 'in_preparation' then unmet('in_preparation')
            when signed > $as_of or (signed is null and not unsaid) then unmet('not_signed')
            when valid_to < $as_of and renews is not true then unmet('expired')
            when instruction = false or subprocessors = false then unmet('incomplete', lacking)
            when signed is null then unknown('column_missing', 'signed')
            else met()
        end as judgement
    from processors_at(as_of := $as_of, known_at := $known_at)
)
select
    organisation,
    unit,
    agreement_id as item,
    coalesce(nullif(concat_ws(', ', supplier, service), ''), agreement_id) as label,
    judgement.outcome,
    judgement.reason,
    judgement.detail,
    due_of(valid_to) as due,
    false as lost,
    import_id,
    sheet,
    row
from judged
