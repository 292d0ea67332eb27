-- Record that a unit's list came back and was taken.
insert into unit_answers (organisation_id, unit, as_of, sha256, items, edition, taken_at, taken_by)
select
    $organisation_id,
    $unit,
    $as_of,
    $sha256,
    $items,
    (select coalesce(max(edition), 0) + 1 from unit_answers),
    moment(),
    $who
