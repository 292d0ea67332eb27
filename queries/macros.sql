-- Every relation that the points, figures, checks and extracts read. Kept in the database and renewed with this file.
-- as_of: the day that is described. known_at: the moment (UTC) whose knowledge counts.

-- One row an organisation: the name it had at known_at.
create or replace macro organisations_at(known_at) as table
    select organisation_id, max_by(name, named_at) as organisation
    from organisation_names
    where named_at <= known_at
    group by organisation_id;

-- One row an import that was loaded and not revoked at known_at.
create or replace macro live_imports(known_at) as table
    select *
    from imports
    where imported_at <= known_at
        and import_id not in (select import_id from revocations where revoked_at <= known_at);

-- One row an alias that was known and not removed at known_at.
create or replace macro live_aliases(known_at) as table
    select *
    from aliases
    where made_at <= known_at
        and alias_id not in (select alias_id from alias_removals where removed_at <= known_at);

-- What a name is called on a day. what: organisation, department, unit or system. Aliases are few, and are put into one
-- map for the whole statement, so that not each point is planned with a join. A name that has changed twice
-- has an alias that follows from the two, so one step is enough.
create or replace macro renamed(what, name, day, known) as
    coalesce(
        list_filter(
            element_at(
                (
                    select map_from_entries(list((alias_key, alias_names)))
                    from (
                        select
                            a.kind || ' ' || lower(a.old_name) as alias_key,
                            list(
                                {'valid_from': a.valid_from, 'made_at': a.made_at, 'removed_at': r.removed_at, 'called': a.new_name}
                                order by a.valid_from, coalesce(a.follows, false), a.alias_id
                            ) as alias_names
                        from aliases as a
                        left join alias_removals as r using (alias_id)
                        group by a.kind, lower(a.old_name)
                    )
                ),
                what || ' ' || lower(name)
            )[1],
            lambda alias: alias.valid_from <= day
                and alias.made_at <= known
                and coalesce(alias.removed_at > known, true)
        )[-1].called,
        name
    );

-- One row an organisation: the name it has by itself, and what it is called on a day. Those that have become one are
-- spelled alike.
create or replace macro organisations_called(as_of, known_at) as table
    select organisation_id, given_name, min(called) over (partition by lower(called)) as organisation
    from (
        select
            organisation_id,
            organisation as given_name,
            renamed('organisation', organisation, as_of, known_at) as called
        from organisations_at(known_at)
    );

-- One row an organisation as it is called on a day; several that have become one are one.
create or replace macro organisations_on(as_of, known_at) as table
    select min(organisation_id) as organisation_id, organisation
    from organisations_called(as_of, known_at)
    group by organisation;

-- One row an import that the figures of as_of rest on, or would if it had not been purged: of each organisation and
-- source the newest extract date, of that date the import loaded last, and those after it, of that date or later, that
-- complete it. If that one is a part, all parts of the date count with it that no whole export of the date came after, and
-- what completes them. An organisation that has become another counts as it, until that one has an export of its own that
-- completes no other.
create or replace macro imports_with_purged_at(as_of, known_at) as table
    with dated as (
        select
            i.*,
            o.organisation,
            lower(o.organisation) = lower(o.given_name) as own,
            max({'day': i.extract_date, 'id': i.import_id, 'part': i.parts is not null}) filter (where not i.completes) over (
                partition by i.organisation_id, i.source
            ) as base,
            max(i.import_id) filter (where not i.completes and i.parts is null) over (
                partition by i.organisation_id, i.source, i.extract_date
            ) as last_whole
        from live_imports(known_at) as i
        inner join organisations_called(as_of, known_at) as o using (organisation_id)
        where i.extract_date <= as_of
    ),
    begun as (
        select
            *,
            min(import_id) filter (where parts is not null and import_id > coalesce(last_whole, 0)) over (
                partition by organisation_id, source, extract_date
            ) as first_part
        from dated
    )
    select * exclude (own, base, last_whole, first_part)
    from begun
    where base is null
        or extract_date > base.day
        or extract_date = base.day and (import_id >= base.id or base.part and import_id >= first_part)
    qualify own or not bool_or(own and base is not null) over (partition by organisation, source);

-- The same without the sources of an organisation whose rows were purged: an older export does not take their place.
create or replace macro imports_at(as_of, known_at) as table
    select *
    from imports_with_purged_at(as_of, known_at)
    qualify not bool_or(import_id in (select import_id from purged_imports where whole)) over (
        partition by organisation, source
    );

-- One row an import whose columns are known: the fields that each of its sheets has a column for, by the sheet's number; by
-- -1 where it is not known which sheet has them.
create or replace macro columns_of_imports() as table
    select import_id, map_from_entries(list((number, fields))) as sheets
    from (
        select import_id, cast(coalesce(sheet_number, -1) as smallint) as number, list(field) as fields
        from import_columns
        where field is not null
        group by all
    )
    group by import_id;

-- The fields that the sheet of a row has a column for; null where none is known to be missing.
create or replace macro columns_of(sheets, sheet_number) as
    coalesce(element_at(sheets, sheet_number)[1], element_at(sheets, -1)[1]);

-- Whether a sheet has no column for a field, so that it does not tell it, which is not an empty cell.
create or replace macro untold(field, columns) as
    coalesce(not list_contains(columns, field), false);

-- Whether a row tells a field, be it by an empty cell.
create or replace macro told(cell, field, columns) as
    cell is not null or not untold(field, columns);

-- Of some fields that are empty in a row: those that its sheet has a column for, and those that it has none for.
create or replace macro with_column(fields, columns) as
    list_filter(fields, lambda field: field is not null and not untold(field, columns));

create or replace macro without_column(fields, columns) as
    list_filter(fields, lambda field: field is not null and untold(field, columns));

-- The same for one source, with what an item needs to know of its import. Ids are those of the organisation that gave
-- them, also where several have become one.
create or replace macro chosen_imports(wanted, as_of, known_at) as table
    select i.import_id, i.organisation_id, i.organisation, i.file, i.extract_date, c.sheets
    from imports_at(as_of, known_at) as i
    left join columns_of_imports() as c using (import_id)
    where i.source = wanted;

-- One row a row of an export that came back mended, by the number that it had there.
create or replace macro mended_rows(as_of, known_at) as table
    select i.organisation_id, i.source, i.import_id, f.what as sheet, f.row
    from import_facts as f
    inner join imports_at(as_of, known_at) as i using (import_id)
    where f.fact = 'mended';

-- The rows of a source that count on a day, a relation for each source. What data/sources says of it decides which do:
-- all that its imports have; of those with the same unique id the last; or, where a file that completes another has a
-- row again, those of the last file: answers that were corrected and sent again. A system has its name of the day.
-- for each source
create or replace macro {source}_at(as_of, known_at) as table
    select i.organisation, i.file, i.extract_date, columns_of(i.sheets, t.sheet_number) as columns, {columns}
    from {source} as t
    inner join chosen_imports('{source}', as_of, known_at) as i using (import_id);

-- end
-- for each source with unique rows
create or replace macro {source}_at(as_of, known_at) as table
    select i.organisation, i.file, i.extract_date, columns_of(i.sheets, t.sheet_number) as columns, {columns}
    from {source} as t
    inner join chosen_imports('{source}', as_of, known_at) as i using (import_id)
    qualify row_number() over (
        partition by i.organisation_id, {key}
        order by i.extract_date desc, t.import_id desc, t.sheet_number desc, t.row desc
    ) = 1;

-- end
-- for each source with renewed rows
create or replace macro {source}_at(as_of, known_at) as table
    select i.organisation, i.file, i.extract_date, columns_of(i.sheets, t.sheet_number) as columns, {columns}
    from {source} as t
    inner join chosen_imports('{source}', as_of, known_at) as i using (import_id)
    qualify t.import_id = max(t.import_id) over (partition by i.organisation, {key});

-- end
-- The moment of a local time in Stockholm. An hour that occurs twice is the first of the two.
create or replace macro instant(local_time) as
    case
        when ((local_time at time zone 'Europe/Stockholm') - interval 1 hour) at time zone 'Europe/Stockholm' = local_time
            then (local_time at time zone 'Europe/Stockholm') - interval 1 hour
        else local_time at time zone 'Europe/Stockholm'
    end;

-- The local day of a moment.
create or replace macro local_day(moment) as
    cast(moment at time zone 'Europe/Stockholm' as date);

-- Elapsed hours between two local times, the clock change counted.
create or replace macro elapsed_hours(earlier, later) as
    (epoch_us(instant(later)) - epoch_us(instant(earlier))) / 3600000000.0;

-- Whether a local time has a time of day: one at 00:00:00 has none.
create or replace macro has_time(local_time) as
    local_time <> date_trunc('day', local_time);

-- A day some calendar months later, clamped to the month's length.
create or replace macro months_after(day, months) as
    cast(day + to_months(months) as date);

-- An end that never comes has no due date.
create or replace macro due_of(day) as
    nullif(day, date '9999-12-31');

-- A day or a local time that has come by as_of: what is dated after the day has not happened yet.
create or replace macro happened(moment, as_of) as
    case when cast(moment as date) <= as_of then moment end;

-- How far something that was to be done has come on a day. ended: done, cancelled or null, as its export tells.
create or replace macro progress(ended, due, as_of) as
    coalesce(ended, case when due < as_of then 'late' else 'open' end);

-- The same where the export tells it with a word of a list.
create or replace macro progress_said(word, done_words, cancelled_words, due, as_of) as
    progress(
        case
            when list_contains(done_words, word) then 'done'
            when list_contains(cancelled_words, word) then 'cancelled'
        end,
        due,
        as_of
    );

-- Elapsed hours between two local times; null where either has no time of day.
create or replace macro timed_hours(earlier, later) as
    case when has_time(earlier) and has_time(later) then elapsed_hours(earlier, later) end;

-- The moment at which a limit in elapsed hours runs out; null where its beginning has no time of day.
create or replace macro deadline_of(began, limit_hours) as
    case when has_time(began) then instant(began) + to_hours(limit_hours) end;

-- The local day on which such a limit runs out.
create or replace macro deadline_day(began, limit_hours) as
    coalesce(local_day(deadline_of(began, limit_hours)), cast(cast(began as date) + limit_hours // 24 as date));

-- Whether something was sent before it began.
create or replace macro sent_before(began, sent) as
    case when has_time(sent) then sent < began else cast(sent as date) < cast(began as date) end;

-- Whether something was sent within a limit in elapsed hours; null where a time of day is needed to tell.
create or replace macro sent_in_time(began, sent, limit_hours) as
    case
        when timed_hours(began, sent) is not null then timed_hours(began, sent) <= limit_hours
        when cast(sent as date) - cast(began as date) <= limit_hours / 24 - 1 then true
        when cast(sent as date) - cast(began as date) >= limit_hours / 24 + 1 then false
    end;

-- Whether a limit in elapsed hours has not run out by the end of as_of.
create or replace macro still_time(began, limit_hours, as_of) as
    case
        when has_time(began) then elapsed_hours(began, cast(as_of + 1 as timestamp)) <= limit_hours
        else as_of - cast(began as date) <= limit_hours / 24 - 1
    end;

-- One row a unit and department that a purged staff list named.
create or replace macro purged_units_at(as_of, known_at) as table
    select i.organisation, u.unit, u.department
    from purged_units as u
    inner join imports_with_purged_at(as_of, known_at) as i using (import_id);

-- One row an organisation and unit that the staff list, else a path of the system register, places in a department.
-- The department is the one that most of its rows name; the spelling of both is the most common one.
create or replace macro units_at(as_of, known_at) as table
    with named as (
        select
            organisation,
            renamed('unit', unit, as_of, known_at) as unit,
            renamed('department', department, as_of, known_at) as department,
            preference
        from (
            select organisation, unit, department, 1 as preference from staff_at(as_of, known_at)
            union all
            select organisation, unit, department, 2 from systems_at(as_of, known_at)
            union all
            select organisation, unit, department, 1 from purged_units_at(as_of, known_at)
        )
    ),
    counted as (
        select
            organisation,
            lower(unit) as unit_key,
            lower(department) as department_key,
            preference,
            count(*) as rows_naming
        from named
        where unit is not null and department is not null
        group by all
    ),
    placed as (
        select organisation, unit_key, department_key
        from counted
        qualify row_number() over (
            partition by organisation, unit_key
            order by preference, rows_naming desc, department_key collate sv
        ) = 1
    ),
    unit_spellings as (
        select organisation, lower(unit) as unit_key, mode(unit order by preference, unit) as unit
        from named
        where unit is not null
        group by all
    ),
    department_spellings as (
        select organisation, lower(department) as department_key, mode(department order by preference, department) as department
        from named
        where department is not null
        group by all
    )
    select p.organisation, p.unit_key, u.unit, p.department_key, d.department
    from placed as p
    inner join unit_spellings as u using (organisation, unit_key)
    inner join department_spellings as d using (organisation, department_key);

-- One row an employment on as_of.
create or replace macro employments_at(as_of, known_at) as table
    select *, lower(employee_id) as person
    from staff_at(as_of, known_at)
    where employed_from <= as_of and (employed_to is null or employed_to >= as_of);

-- Whether a text has one of some words, or a word that ends so. One pattern of all of them is compiled once; one a word
-- would be for each row.
create or replace macro has_ending(said, words) as
    len(words) > 0
    and coalesce(
        regexp_matches(
            lower(said),
            '(?:' || array_to_string(list_transform(words, lambda word: regexp_escape(word)), '|') || ')(?:\PL|$)'
        ),
        false
    );

-- Whether one of some words of denial, as a whole word, stands before the first place of a word in a text.
create or replace macro is_denied(said, word, denials) as
    list_has_any(string_split_regex(split_part(lower(said), word, 1), '\PL+'), denials);

-- Whether a text has one of some words in it, be it within a longer one, without a word of denial before the first.
create or replace macro says(said, words, denials) as
    len(list_filter(words, lambda word: contains(lower(said), word) and not is_denied(said, word, denials))) > 0;

-- Whether a text has one of some words in it, with a word of denial before the first.
create or replace macro denies(said, words, denials) as
    len(list_filter(words, lambda word: contains(lower(said), word) and is_denied(said, word, denials))) > 0;

-- One row a person with several employments, whether they have begun or ended.
create or replace macro several_employments_at(as_of, known_at) as table
    select organisation, lower(employee_id) as person
    from staff_at(as_of, known_at)
    group by all
    having count(*) > 1;

-- One row a person with an employment on as_of, for points 1 and 2: the unit of the latest employment, then the
-- alphabetically first; whether every employment is on leave; the first day of the earliest. Most have only one, and are
-- spared the sorting.
create or replace macro persons_at(as_of, known_at) as table
    with active as (
        select e.*, s.person is not null as several
        from employments_at(as_of, known_at) as e
        left join several_employments_at(as_of, known_at) as s using (organisation, person)
    )
    select
        organisation, person, employee_id, name, email, unit, coalesce(on_leave, false) as on_leave,
        coalesce(management, false) as management, employed_from as employed_since, import_id, sheet, row
    from active
    where not several
    union all
    select
        organisation, person, employee_id, name, email, unit, bool_and(coalesce(on_leave, false)) over theirs,
        bool_or(coalesce(management, false)) over theirs, min(employed_from) over theirs, import_id, sheet, row
    from active
    where several
    window theirs as (partition by organisation, person)
    qualify row_number() over (
        partition by organisation, person
        order by employed_from desc, lower(unit) collate sv, import_id, sheet_number, row
    ) = 1;

-- One row an organisation and point of which it was said, by known_at, which courses of the export are its own: their names
-- in lower case, and whether nobody has begun any.
create or replace macro courses_said_at(as_of, known_at) as table
    select
        organisation,
        point,
        flatten(list(list_transform(courses, lambda course: lower(course)))) as courses,
        bool_or(nobody) as nobody
    from (
        select *
        from courses_said
        where said_at <= known_at
        qualify row_number() over (partition by organisation_id, point order by edition desc) = 1
    )
    inner join organisations_called(as_of, known_at) using (organisation_id)
    group by organisation, point;

-- Whether a row is of a point's course: by its whole code, by how its name begins, or by its whole name where that was said.
create or replace macro is_of_course(course, course_code, codes, names, said) as
    list_contains(codes, lower(course_code))
    or len(list_filter(names, lambda name: starts_with(lower(course), name))) > 0
    or list_contains(said, lower(course));

-- One row an organisation and course of the training exports that count, with the number of their rows; one without a
-- course where they have no rows.
create or replace macro courses_at(as_of, known_at) as table
    select i.organisation, t.course, t.course_code, count(t.course) as rows_of
    from chosen_imports('training', as_of, known_at) as i
    left join training as t using (import_id)
    group by all;

-- One row a person with any result in a course: until when a pass is valid, and what else is told of it.
create or replace macro course_results_at(as_of, known_at, wanted, codes, names, validity_months) as table
    with attempts as (
        select
            t.organisation,
            lower(employee_id) as person,
            status_code,
            status_code = 'passed' and completed <= as_of as passed,
            coalesce(valid_to, months_after(completed, validity_months)) as valid_until,
            -- a pass without its day, because the export has no column for it
            case
                when status_code = 'passed' and completed is null and (valid_to is null or valid_to >= as_of)
                    then untold('completed', columns)
            end as undated,
            -- what is dated after the day has not happened yet
            coalesce(started > as_of, false) as starts_later,
            coalesce(completed > as_of, false) as completed_later
        from training_at(as_of, known_at) as t
        left join courses_said_at(as_of, known_at) as s on s.organisation = t.organisation and s.point = wanted
        where is_of_course(course, course_code, codes, names, s.courses)
    )
    select
        organisation,
        person,
        max(valid_until) filter (where passed) as valid_until,
        bool_or(undated) as undated,
        bool_or(status_code = 'failed' and not completed_later) as failed,
        bool_or(
            (status_code = 'passed' and passed is not true)
            or (status_code = 'failed' and completed_later)
            or (status_code = 'started' and not starts_later)
        ) as started
    from attempts
    group by all;

-- One row a row of the training exports and point whose course it is of, or one without; until when a pass is valid. rules:
-- the id of each point with the codes and names of its course, and its months of validity.
create or replace macro courses_taken_at(as_of, known_at, rules) as table
    with ruled as (
        select o.organisation, r.*, s.courses
        from organisations_on(as_of, known_at) as o
        cross join (select unnest(rules, max_depth := 2)) as r
        left join courses_said_at(as_of, known_at) as s on s.organisation = o.organisation and s.point = r.point_id
    )
    select
        t.*,
        lower(t.employee_id) as person,
        r.point_id,
        case
            when t.status_code = 'passed' and t.completed <= as_of
                then coalesce(t.valid_to, months_after(t.completed, r.validity_months))
        end as valid_until
    from training_at(as_of, known_at) as t
    left join ruled as r
        on r.organisation = t.organisation and is_of_course(t.course, t.course_code, r.codes, r.names, r.courses);

-- What a point may say of an item: its outcome, why as a code, and what the reason names. Of fields that are empty, it names
-- those in `empty`, and rests on all in `rests_on`.
create or replace macro judgement_of(outcome, reason, detail, empty, rests_on) as
    {
        'outcome': outcome,
        'reason': cast(reason as varchar),
        'detail': cast(detail as varchar),
        'empty': cast(empty as varchar[]),
        'rests_on': cast(rests_on as varchar[])
    };
create or replace macro met(reason := null) as judgement_of('met', reason, null, null, null);
create or replace macro unmet(reason, detail := null, empty := null, rests_on := null) as
    judgement_of('unmet', reason, coalesce(detail, array_to_string(empty, ', ')), empty, rests_on);
create or replace macro unknown(reason, detail := null, rests_on := null) as
    judgement_of('unknown', reason, detail, null, rests_on);
create or replace macro pending(reason) as judgement_of('pending', reason, null, null, null);
create or replace macro exempt(reason) as judgement_of('exempt', reason, null, null, null);

-- What is said of an item that only the columns for some fields would judge; null without any.
create or replace macro undecided(fields) as
    if(len(fields) > 0, unknown('column_missing', array_to_string(fields, ', ')), null);

-- Whether a judgement stands by the columns of a sheet, for want of which it does not, and what it then says.
create or replace macro weighed(judgement, columns) as
    {
        'judgement': judgement_of(
            judgement.outcome,
            judgement.reason,
            coalesce(array_to_string(with_column(judgement.empty, columns), ', '), judgement.detail),
            null,
            null
        ),
        'stands': if(
            judgement.empty is null,
            len(without_column(coalesce(judgement.rests_on, []), columns)) = 0,
            len(with_column(judgement.empty, columns)) > 0
        ),
        'lacking': without_column(coalesce(judgement.empty, judgement.rests_on), columns)
    };

-- What a point says of an item: the first of some judgements that stands, else that it is met. A column that its sheet does
-- not have accuses nobody: one that rests on it does not stand, nor does one of whose empty fields none has a column. Where
-- no other stands either, the item is undecided, and not met.
create or replace macro judge(judgements, columns) as
    list_transform(
        [list_transform(list_filter(judgements, lambda each: each is not null), lambda each: weighed(each, columns))],
        lambda every: coalesce(
            list_filter(every, lambda each: each.stands)[1].judgement,
            undecided(flatten(list_transform(every, lambda each: each.lacking))),
            met()
        )
    )[1];

-- One row a person and how far they are with the course of a point, 1 or 2: none where no row of the export is of the
-- course, whatever its status, unless it was said that nobody has begun it.
create or replace macro course_items(as_of, known_at, wanted, codes, names, validity_months, grace_days) as table
    with results as (
        select * from course_results_at(as_of, known_at, wanted, codes, names, validity_months)
    ),
    known as (
        select organisation from results
        union
        select organisation from courses_said_at(as_of, known_at) where point = wanted and nobody
    ),
    judged as (
        select
            p.*,
            r.valid_until,
            case
                when p.on_leave then exempt('on_leave')
                when p.employed_since > as_of - grace_days then exempt('newly_employed')
                when r.valid_until >= as_of then met()
                when r.undated then undecided(['completed'])
                when r.valid_until is not null then unmet('expired')
                when r.failed then unmet('failed')
                when r.started then unmet('started')
                else unmet('not_started')
            end as judgement
        from persons_at(as_of, known_at) as p
        left join results as r using (organisation, person)
        where p.organisation in (select organisation from known)
    )
    select
        organisation, unit, employee_id as item, coalesce(name, employee_id) as label,
        judgement.outcome, judgement.reason, judgement.detail, due_of(valid_until) as due, import_id, sheet, row, management
    from judged;

-- One row a system in use, for points 4, 5 and 7: some row of it has a lifecycle that is neither retired, planned
-- nor not in operation; each attribute is that of the first such row that has it filled.
create or replace macro systems_in_use_at(as_of, known_at) as table
    select
        organisation,
        lower(system) as system_key,
        first(system order by import_id, sheet_number, row) as system,
        first(unit order by import_id, sheet_number, row) filter (where unit is not null) as unit,
        first(object_leader order by import_id, sheet_number, row) filter (where object_leader is not null)
            as object_leader,
        first(responsibility_code order by import_id, sheet_number, row) filter (where responsibility is not null)
            as responsibility_code,
        first(personal_data order by import_id, sheet_number, row) filter (where personal_data is not null)
            as personal_data,
        first(classified_last_year order by import_id, sheet_number, row)
            filter (where classified_last_year is not null) as classified_last_year,
        first(risk_analysed_last_year order by import_id, sheet_number, row)
            filter (where risk_analysed_last_year is not null) as risk_analysed_last_year,
        case when bool_and(columns is not null) then flatten(list(columns)) end as columns,
        first(import_id order by import_id, sheet_number, row) as import_id,
        first(sheet order by import_id, sheet_number, row) as sheet,
        first(row order by import_id, sheet_number, row) as row
    from systems_at(as_of, known_at)
    where lifecycle_code is null
    group by organisation, lower(system);

-- One row a system in use, with its unit as the staff list spells it and the department of that.
create or replace macro system_units_at(as_of, known_at) as table
    select s.organisation, s.system_key, u.department, coalesce(u.unit, s.called) as unit
    from (
        select organisation, system_key, renamed('unit', unit, as_of, known_at) as called
        from systems_in_use_at(as_of, known_at)
    ) as s
    left join units_at(as_of, known_at) as u on u.organisation = s.organisation and u.unit_key = lower(s.called);

-- Every system in use with every field of the register, for points of packs: of the first row in use that has it filled. No field is
-- named here: what a point's own statement names is in its year packages, and an error in it is a remark on the point.
create or replace macro systems_described_at(as_of, known_at) as table
    with described as (
        select
            organisation,
            lower(system) as system_key,
            min_by(
                columns(* exclude (
                    organisation, columns, import_id, sheet_number, sheet, row, lifecycle_code, responsibility_code
                )),
                (import_id, sheet_number, row)
            )
        from systems_at(as_of, known_at)
        where lifecycle_code is null
        group by organisation, lower(system)
    )
    select d.*, s.responsibility_code, s.columns, s.import_id, s.sheet, s.row
    from systems_in_use_at(as_of, known_at) as s
    inner join described as d using (organisation, system_key);

-- One row a classification of a system on its latest date, valid or not, for points 4 and 7: there may be several.
create or replace macro latest_classifications_at(as_of, known_at) as table
    select *
    from classifications_at(as_of, known_at)
    where classified <= as_of
    qualify rank() over (partition by organisation, lower(system) order by classified desc) = 1;

-- One row a risk of an analysis, with whether the analysis is the latest of its system, and what its export tells.
create or replace macro risks_at(as_of, known_at) as table
    select
        *,
        lower(system) as system_key,
        analysed = max(analysed) over (partition by organisation, lower(system)) as latest,
        told(action, 'action', columns) as action_told,
        told(due, 'due', columns) as due_told
    from risk_analyses_at(as_of, known_at)
    where analysed <= as_of;

-- One row an action of a classification's plan, with how far it has come on as_of: its days tell, whatever its status
-- says. Where its export has no column for the day it was done, nobody knows; without one for the day it is due
-- (due_told), nobody knows whether one that is open is late (lateness_told).
create or replace macro planned_actions_at(as_of, known_at) as table
    select
        *,
        lower(system) as system_key,
        case
            when not told(done, 'done', columns) then 'untold'
            else progress(case when done <= as_of then 'done' end, due, as_of)
        end as state,
        told(due, 'due', columns) as due_told,
        state <> 'untold' and (state <> 'open' or due_told) as lateness_told
    from classification_actions_at(as_of, known_at);

-- One row an incident discovered by as_of, for points 11 and 13, with what had happened to it by then.
create or replace macro discovered_at(as_of, known_at) as table
    select
        *,
        cast(discovered as date) as discovered_on,
        cast(discovered as date) >= date_trunc('year', as_of) as this_year,
        happened(early_warning, as_of) as early_warning_sent,
        happened(notification, as_of) as notification_sent,
        happened(progress_report, as_of) as progress_report_sent,
        happened(final_report, as_of) as final_report_sent,
        happened(closed, as_of) as closed_on,
        told(closed, 'closed', columns) as closed_told
    from incidents_at(as_of, known_at)
    where cast(discovered as date) <= as_of;

-- The same with whether the incident recurs: another with the same unit and cause precedes or follows it within some
-- months.
create or replace macro recurring_at(as_of, known_at, window_months) as table
    with called as (
        select
            *,
            lower(renamed('unit', unit, as_of, known_at)) as unit_key,
            lower(cause) as cause_key
        from discovered_at(as_of, known_at)
    ),
    neighbours as (
        select
            *,
            lag(discovered_on) over kind as day_before,
            lead(discovered_on) over kind as day_after
        from called
        window kind as (partition by organisation, unit_key, cause_key order by discovered_on)
    )
    select
        * exclude (unit_key, cause_key, day_before, day_after),
        cause_key is not null
        and (
            months_after(day_before, window_months) >= discovered_on
            or months_after(discovered_on, window_months) >= day_after
        ) as recurs,
        told(cause, 'cause', columns) as cause_told
    from neighbours;

-- One row a unit where somebody is employed on as_of, with how many, and whether no incident was discovered there this
-- year.
create or replace macro staffed_units_at(as_of, known_at) as table
    with reporting as (
        select distinct organisation, lower(renamed('unit', unit, as_of, known_at)) as unit_key
        from discovered_at(as_of, known_at)
        where this_year
    ),
    staffed as (
        select
            organisation,
            lower(renamed('unit', unit, as_of, known_at)) as unit_key,
            mode(renamed('unit', unit, as_of, known_at)) as unit,
            count(distinct person) as persons
        from employments_at(as_of, known_at)
        group by all
    )
    select s.*, r.unit_key is null as silent
    from staffed as s
    left join reporting as r using (organisation, unit_key);

-- One row a significant incident discovered by as_of and stage that the law of the day of discovery requires, for point
-- 13. month_from: the day from which a limit in months runs; a progress report sent within the limit moves it to that
-- on which the incident is closed.
create or replace macro incident_reports_at(as_of, known_at, stages) as table
    with required as (
        select i.*, s.stage, s.limit_hours, s.limit_months
        from discovered_at(as_of, known_at) as i
        inner join (select unnest(stages, recursive := true)) as s
            on i.discovered_on between s.valid_from and s.valid_to
        where i.significant and (s.stage <> 'final_report' or i.notification_sent is not null)
    )
    select
        *,
        case stage
            when 'early_warning' then early_warning_sent
            when 'notification' then notification_sent
            else final_report_sent
        end as sent,
        case
            when stage <> 'final_report' then null
            when cast(progress_report_sent as date) <= months_after(cast(notification_sent as date), limit_months)
                then closed_on
            else cast(notification_sent as date)
        end as month_from,
        months_after(month_from, limit_months) as last_day
    from required;

-- One row a breach that the organisation was aware of by as_of, for point 12.
create or replace macro aware_at(as_of, known_at) as table
    select
        *,
        cast(aware as date) >= date_trunc('year', as_of) as this_year,
        happened(notified, as_of) as sent
    from breaches_at(as_of, known_at)
    where cast(aware as date) <= as_of;

-- One row a processing that is active, for points 6 and 8.
create or replace macro active_processing_at(as_of, known_at) as table
    select *
    from processing_at(as_of, known_at)
    where status_code is null;

-- One row a system that an active processing names; it may name several, separated by commas or semicolons. One without a
-- system, if the export has no column for them, so that it may name any.
create or replace macro processed_systems_at(as_of, known_at) as table
    select * exclude (system), lower(renamed('system', system, as_of, known_at)) as system_key
    from (
        select
            organisation, processing_id, import_id, sheet_number, row,
            trim(unnest(string_split_regex(system, '[,;]') || [system])) as system
        from active_processing_at(as_of, known_at)
    )
    where system is not null
    union all
    select organisation, processing_id, import_id, sheet_number, row, null
    from active_processing_at(as_of, known_at)
    where untold('system', columns);

-- One row a kind, organisation, export and name that it uses on as_of, with the number of its rows that do. One row of
-- an export may name several systems, with commas or semicolons between. kind: organisation, department, unit or system.
create or replace macro names_at(as_of, known_at) as table
    with used as (
        select 'organisation' as kind, organisation, source, organisation as name, loaded as naming
        from imports_at(as_of, known_at)
        union all
        -- for each name, union all
        select '{kind}', organisation, '{source}', {name}, 1 from {source}_at(as_of, known_at)
        -- end
    ),
    called as (
        select kind, organisation, source, renamed(kind, name, as_of, known_at) as name, naming
        from used
        where name <> ''
    )
    select kind, organisation, source, mode(name order by name) as name, cast(sum(naming) as bigint) as naming
    from called
    group by kind, organisation, source, lower(name);

-- One row a source, field and name that another source lacks, with the first row that says it and how many do: that others
-- refer to, so that the rows count nowhere, or systems that are only mentioned. alike: the name of the register that is most like
-- a system's.
create or replace macro unmatched_names_at(as_of, known_at, mentioned) as table
    with named as (
        -- for each reference, union all
        select
            '{source}' as source, '{wanted}' as wanted, '{field}' as field, import_id, sheet_number, sheet, row,
            {field} as name, {id} as id
        from {source}
        where not mentioned
        -- end
        union all
        -- for each mention of a system, union all
        select
            '{source}', 'systems', '{field}', import_id, sheet_number, sheet, row,
            {field}, {id}
        from {source}
        where mentioned
        -- end
        -- the keys referred to
        union all
        -- for each key referred to, union all
        select
            '{source}', '{source}', null, import_id, sheet_number, sheet, row,
            {field}, null
        from {source}
        where not mentioned or '{source}' = 'systems'
        -- end
    ),
    counting as (
        select
            i.organisation, i.organisation_id, i.file, i.extract_date, n.*,
            lower(case when n.wanted = 'systems' then renamed('system', n.name, as_of, known_at) else n.name end) as key
        from named as n
        inner join imports_at(as_of, known_at) as i using (import_id, source)
        where n.name is not null
    ),
    register as (
        select organisation, wanted, key, min(name) as name
        from counting
        where field is null
        group by all
    ),
    lacking as (
        select
            c.organisation, c.source, c.wanted, c.field, c.key,
            min_by(
                {
                    'import_id': c.import_id, 'file': c.file, 'sheet_number': c.sheet_number, 'sheet': c.sheet,
                    'row': c.row, 'subject': c.name
                },
                (c.import_id, c.sheet_number, c.row)
            ) as first_row,
            count(*) as number
        from counting as c
        anti join register as r on r.organisation = c.organisation and r.wanted = c.wanted and r.key = c.key
        where c.field is not null
            -- without the other export there is nothing to compare with
            and (c.organisation, c.wanted) in (select (organisation, wanted) from register)
            -- the last row with an id counts
            and not exists (
                select 1
                from counting as l
                where l.organisation_id = c.organisation_id
                    and l.source = c.source
                    and lower(l.id) = lower(c.id)
                    and (l.extract_date, l.import_id, l.sheet_number, l.row)
                        > (c.extract_date, c.import_id, c.sheet_number, c.row)
            )
        group by all
    ),
    alike as (
        select l.organisation, l.key, max_by(r.name, (jaro_winkler_similarity(l.key, r.key), r.key)) as name
        from (select distinct organisation, key from lacking where wanted = 'systems') as l
        inner join register as r on r.organisation = l.organisation and r.wanted = 'systems'
        where jaro_winkler_similarity(l.key, r.key) >= 0.85
        group by all
    )
    select
        l.organisation,
        l.source,
        l.first_row.import_id as import_id,
        l.first_row.file as file,
        l.first_row.sheet_number as sheet_number,
        l.first_row.sheet as sheet,
        l.first_row.row as row,
        l.first_row.subject as subject,
        l.field,
        a.name as detail,
        l.number
    from lacking as l
    left join alike as a on a.organisation = l.organisation and a.key = l.key and l.wanted = 'systems';
