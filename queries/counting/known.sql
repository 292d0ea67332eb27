-- A fingerprint of what is known of a day at a moment: the imports, the names in effect, what was said of courses, and
-- which packs were switched on or off.
select hash(
    (
        select list({'organisation': organisation, 'import_id': import_id} order by import_id)
        from imports_at(as_of := $as_of, known_at := $known_at)
    ),
    (select list(alias_id order by alias_id) from live_aliases(known_at := $known_at)),
    (select list(edition order by edition) from courses_said where said_at <= $known_at),
    (select list(edition order by edition) from pack_switches where switched_at <= $known_at),
    (
        select list(organisation order by organisation_id)
        from organisations_called(as_of := $as_of, known_at := $known_at)
    )
) as mark
