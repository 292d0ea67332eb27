-- How a cell's text is read (rulebook, section 3, "Values"). Each macro gives null where the text cannot be read.
-- Kept in the database and renewed with this file, since to make them takes a tenth of the time of a load.

-- The text with letters and their accents as one character; most texts have no accent of their own, and
-- the quickest to see is that all of their letters are of one byte.
create or replace macro composed(cell) as
    case
        when strlen(cell) = length(cell) then cell
        when regexp_matches(cell, '\p{M}') then nfc_normalize(cell)
        else cell
    end;

-- The text with white space folded and accents composed; white space only and error cells are empty.
create or replace macro clean(cell, error_cells) as
    case
        when cell is null then null
        when starts_with(cell, '#') and list_contains(error_cells, lower(trim(cell))) then null
        when regexp_matches(cell, '[\t\n\r\x0b\f\x{85}\x{a0}\x{2000}-\x{200b}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}]|  |^ | $')
            then nullif(
                nfc_normalize(trim(regexp_replace(
                    cell,
                    '[ \t\n\r\x0b\f\x{85}\x{a0}\x{2000}-\x{200b}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}]+', ' ', 'g'
                ))),
                ''
            )
        else nullif(composed(cell), '')
    end;

-- A text that has been cut, without the digits at the cut where they are ten: what is cut off may have said that they
-- are no identity number.
create or replace macro without_last_digits(cut) as
    case
        when regexp_matches(right(cut, 60), '([0-9][^\p{L}]*){10}$') then rtrim(regexp_replace(cut, '[0-9][^\p{L}]*$', ''))
        else cut
    end;

-- The beginning of a text that is longer than `most` characters, or of each text that a list has.
create or replace macro beginning(cell, most) as
    case when length(cell) > most then without_last_digits(rtrim(left(cell, most))) else cell end;

create or replace macro beginnings(cell, most) as
    case
        when length(cell) > most
            then rtrim(regexp_replace(cell, '((?:^|[,;]) ?[^,; ][^,;]{' || (most - 1) || '})[^,;]+', '\1', 'g'))
        else cell
    end;

-- A serial day number of the 1900 or the 1904 system, to the whole second. Only those of 1954 to 2119 and the last day of
-- 9999 are dates: 2025 is a year.
create or replace macro serial_time(serial, date1904) as
    case
        when serial between 20000 and 80000 or serial = 2958465
            then case when date1904 then timestamp '1904-01-01' else timestamp '1899-12-30' end
                + to_seconds(cast(round(serial * 86400) as bigint))
    end;

-- The number of a month by its name in Swedish or English, whole or its first three or four letters.
create or replace macro month_number(word) as
    1 + (list_position(
        list_transform(
            [
                'januari', 'februari', 'mars', 'april', 'maj', 'juni',
                'juli', 'augusti', 'september', 'oktober', 'november', 'december',
                'january', 'february', 'march', 'april', 'may', 'june',
                'july', 'august', 'september', 'october', 'november', 'december'
            ],
            lambda name: name = word or (len(word) between 3 and 4 and starts_with(name, word))
        ),
        true
    ) - 1) % 12;

-- How a date, its time of day and its zone are written: the parts of the text, empty where it has none.
create or replace macro written_parts(cell) as
    regexp_extract(
        cell,
        '^([1-9]\d{3}-\d{1,2}-\d{1,2}|[1-9]\d{3}/\d{1,2}/\d{1,2}|[1-9]\d{7}'
        || '|\d{1,2}\.\d{1,2}\.[1-9]\d{3}|\d{1,2}/\d{1,2}/[1-9]\d{3}|\d{1,2}-\d{1,2}-[1-9]\d{3}'
        || '|\d{1,2}\.?[ /-][[:alpha:]]{3,9}\.?[ /-](?:[1-9]\d{3}|\d\d))'
        || '(?:(?:T| | kl\.? ?)([01]?\d|2[0-3])[:.](\d\d)(?:[:.](\d\d(?:[.,]\d+)?))?(?: ?([AP])M)?(?: ?(Z|[+-]\d\d:?\d\d))?)?$',
        ['day', 'hour', 'minute', 'second', 'half', 'zone'],
        'i'
    );

-- Whether the text is a date of two numbers and a year, whose day and month only the whole column can tell apart.
create or replace macro has_slashes(cell) as
    regexp_matches(cell, '^(\d{1,2}/\d{1,2}/|\d{1,2}-\d{1,2}-|\d{1,2}\.\d{1,2}\.)[1-9]\d{3}(\D.*)?$');

-- The first (day) or second (month) number of such a date.
create or replace macro slash_parts(cell, place) as
    case when has_slashes(cell) then cast(string_split_regex(cell, '[./-]')[place] as integer) end;

-- Year, month and day, as text. month_first: whether 05/02/2024 is the second of May.
create or replace macro written_day(day, month_first) as
    case
        when regexp_matches(day, '^\d{4}') then regexp_replace(day, '^(\d{4})[-/]?(\d{1,2})[-/]?(\d{1,2})$', '\1-\2-\3')
        when regexp_matches(day, '[[:alpha:]]')
            then concat_ws(
                '-',
                right('20' || regexp_extract(day, '\d+$'), 4),
                month_number(lower(regexp_extract(day, '[[:alpha:]]+'))),
                regexp_extract(day, '^\d+')
            )
        else regexp_replace(day, '^(\d+).(\d+).(\d+)$', case when month_first then '\3-\1-\2' else '\3-\2-\1' end)
    end;

-- The hour of 24, of 12 in the morning or the afternoon; none where both disagree.
create or replace macro written_hour(hour, half) as
    case
        when half = '' then hour
        when hour between 1 and 12 then hour % 12 + case when lower(half) = 'p' then 12 else 0 end
    end;

-- A local time of a zone in the local time of Stockholm. A midnight, before or after, has no time of day.
create or replace macro in_stockholm(local_time, zone) as
    list_transform(
        [local_time],
        lambda written: case
            when zone = '' then written
            else list_transform(
                [((written - to_minutes(minutes_of(zone))) at time zone 'UTC') at time zone 'Europe/Stockholm'],
                lambda turned: case when written = date_trunc('day', written) then date_trunc('day', turned) else turned end
            )[1]
        end
    )[1];

-- How far the time of a zone is ahead of UTC.
create or replace macro minutes_of(zone) as
    case
        when upper(zone) = 'Z' then 0
        else cast(left(zone, 1) || '1' as integer)
            * (60 * cast(substr(zone, 2, 2) as integer) + cast(right(zone, 2) as integer))
    end;

-- The moment of a written time. Its parts are taken out once: each macro would do it again wherever it names them.
create or replace macro written_time(cell, month_first) as
    list_transform(
        [written_parts(cell)],
        lambda parts: in_stockholm(
            try_cast(
                concat(
                    written_day(parts.day, month_first),
                    case
                        when parts.hour <> '' then concat(
                            ' ', lpad(cast(written_hour(cast(parts.hour as integer), parts.half) as varchar), 2, '0'),
                            ':', parts.minute, ':', replace(coalesce(nullif(parts.second, ''), '00'), ',', '.')
                        )
                    end
                ) as timestamp
            ),
            parts.zone
        )
    )[1];

-- A date or date-time in any form that exports use, of the years 1000 to 9999. month_first: whether 5/2/2024 is in May.
create or replace macro any_time(cell, date1904, open_end, month_first) as
    case
        when cell is null then null
        when regexp_matches(cell, '^[1-9]\d{3}-\d{1,2}-\d{1,2}([ T]([01]?\d|2[0-3]):\d{2}(:\d{2}([.,]\d+)?)?)?$')
            then try_cast(replace(cell, ',', '.') as timestamp)
        when regexp_matches(cell, '^\d{5,7}([.,]\d+)?$')
            then serial_time(try_cast(replace(cell, ',', '.') as double), date1904)
        when list_contains(open_end, lower(cell)) then timestamp '9999-12-31'
        when regexp_matches(cell, '^\d') then written_time(cell, month_first)
    end;

-- The same to the whole second, but never after the last one of the year 9999.
create or replace macro read_time(cell, date1904, open_end, month_first) as
    nullif(
        least(
            coalesce(
                date_trunc('second', any_time(cell, date1904, open_end, month_first) + interval 500 millisecond),
                timestamp '-infinity'
            ),
            timestamp '9999-12-31 23:59:59'
        ),
        timestamp '-infinity'
    );

create or replace macro read_yes_no(cell, yes, no) as
    case when list_contains(yes, lower(cell)) then true when list_contains(no, lower(cell)) then false end;

-- Decimal comma or point, spaces between thousands, per cent as its hundredths.
create or replace macro read_number(cell) as
    case
        when regexp_matches(replace(cell, ' ', ''), '^[-+−]?\d+([.,]\d+)?%?$')
            then try_cast(
                replace(replace(replace(replace(cell, ' ', ''), ',', '.'), '%', ''), '−', '-') as double
            ) / case when suffix(cell, '%') then 100 else 1 end
    end;

-- Fields that are made of other columns: each gives the text that the field's own column would have held.
-- cells: the cleaned cells of the columns that are there, in the order of the declaration.
create or replace macro joined(cells, yes, no, no_reason) as
    nullif(array_to_string(list_filter(cells, lambda cell: cell is not null), ' '), '');

create or replace macro reason_given(cells, yes, no, no_reason) as
    cast(cells[1] is not null and not list_contains(no_reason, lower(cells[1])) as varchar);

create or replace macro answered(cells, yes, no, no_reason) as
    case when read_yes_no(cells[1], yes, no) is not null then 'true' end;

create or replace macro count_yes(cells, yes, no, no_reason) as
    cast(len(list_filter(cells, lambda cell: list_contains(yes, lower(cell)))) as varchar);
