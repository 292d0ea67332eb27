-- what: Which processor agreements are signed, valid and complete.
-- grain: one row an agreement
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
-- columns: columns.txt

with judged as (
    select
        *,
        [if(instruction = false, 'instruction', null), if(subprocessors = false, 'subprocessors', null)] as steps,
        case
            when status_code is null then unknown('no_information')
            when status_code = 'not_applicable' then exempt('exempt')
            when status_code = 'no' then unmet('missing')
            when status_code = 'in_preparation' then unmet('in_preparation')
            when signed > $as_of then unmet('not_signed')
            else judge(
                [
                    if(signed is null, unmet('not_signed', rests_on := ['signed']), null),
                    if(valid_to < $as_of and renews is not true, unmet('expired'), null),
                    unmet('incomplete', empty := steps)
                ],
                columns
            )
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
