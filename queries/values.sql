-- How a cell's text is read (rulebook, section 3, "Values"). Each macro gives null where the text cannot be read.
-- Kept in the database and renewed with this file, since to make them takes a tenth of the time of a load.

-- The text with white space folded; white space only and error cells are empty.
create or replace macro clean(cell, error_cells) as
    case
        when cell is null then null
        when starts_with(cell, '#') and list_contains(error_cells, lower(trim(cell))) then null
        when regexp_matches(cell, '[\t\n\r\x0b\f\x{85}\x{a0}\x{2000}-\x{200b}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}]|  |^ | $')
            then nullif(
                trim(regexp_replace(
                    cell,
                    '[ \t\n\r\x0b\f\x{85}\x{a0}\x{2000}-\x{200b}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}]+', ' ', 'g'
                )),
                ''
            )
        else nullif(cell, '')
    end;

-- The text with letters and their accents as one character; most texts have no accent of their own, and
-- the quickest to see is that all of their letters are of one byte.
create or replace macro composed(cell) as
    case
        when strlen(cell) = length(cell) then cell
        when regexp_matches(cell, '\p{M}') then nfc_normalize(cell)
        else cell
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

-- A serial day number of the 1900 or the 1904 system, to the whole second.
create or replace macro serial_time(serial, date1904) as
    case
        when serial < 0 or serial >= case when date1904 then 2957004 else 2958466 end then null
        when date1904 then timestamp '1904-01-01' + to_seconds(cast(round(serial * 86400) as bigint))
        when serial < 1 then null
        when serial < 60 then timestamp '1899-12-31' + to_seconds(cast(round(serial * 86400) as bigint))
        else timestamp '1899-12-30' + to_seconds(cast(round(serial * 86400) as bigint))
    end;

-- The number of a Swedish month by its name or the first three or four letters of it.
create or replace macro month_number(word) as
    list_position(
        list_transform(
            [
                'januari', 'februari', 'mars', 'april', 'maj', 'juni',
                'juli', 'augusti', 'september', 'oktober', 'november', 'december'
            ],
            lambda name: name = word or (len(word) between 3 and 4 and starts_with(name, word))
        ),
        true
    );

-- 5 mars 2024, with or without a time of day.
create or replace macro written_time(cell) as
    try_strptime(
        concat_ws(
            ' ',
            regexp_extract(cell, '[^\d](\d{4})( |$)', 1),
            month_number(lower(regexp_extract(cell, '^\d+\.? ([^\d .]+)', 1))),
            regexp_extract(cell, '^(\d+)', 1),
            coalesce(nullif(regexp_extract(cell, '(\d{1,2}:\d{2}(:\d{2})?)$', 1), ''), '0:00')
        ),
        ['%Y %m %d %H:%M', '%Y %m %d %H:%M:%S']
    );

-- Whether the text is a date with slashes, whose day and month only the whole column can tell apart.
create or replace macro has_slashes(cell) as
    regexp_matches(cell, '^\d{1,2}/\d{1,2}/[1-9]\d{3}( \d{1,2}:\d{2}(:\d{2})?)?$');

-- The first (day) or second (month) number of a date with slashes.
create or replace macro slash_parts(cell, place) as
    case when has_slashes(cell) then cast(split_part(cell, '/', place) as integer) end;

-- A date or date-time in any form that exports use, of the years 1000 to 9999. Slashes are day/month.
create or replace macro any_time(cell, date1904, open_end) as
    case
        when cell is null then null
        when regexp_matches(cell, '^[1-9]\d{3}-\d{1,2}-\d{1,2}([ T]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?)?$')
            then try_cast(replace(cell, ',', '.') as timestamp)
        when regexp_matches(cell, '^\d{1,7}([.,]\d+)?$')
            then serial_time(try_cast(replace(cell, ',', '.') as double), date1904)
        when regexp_matches(cell, '^[1-9]\d{7}$') then try_strptime(cell, '%Y%m%d')
        when has_slashes(cell) then try_strptime(cell, ['%d/%m/%Y', '%d/%m/%Y %H:%M', '%d/%m/%Y %H:%M:%S'])
        when regexp_matches(cell, '^\d{1,2}\.\d{1,2}\.[1-9]\d{3}( \d{1,2}:\d{2}(:\d{2})?)?$')
            then try_strptime(cell, ['%d.%m.%Y', '%d.%m.%Y %H:%M', '%d.%m.%Y %H:%M:%S'])
        when list_contains(open_end, lower(cell)) then timestamp '9999-12-31'
        when regexp_matches(cell, '^\d{1,2}\.? [[:alpha:]åäöÅÄÖ]+\.? [1-9]\d{3}( \d{1,2}:\d{2}(:\d{2})?)?$') then written_time(cell)
    end;

-- The same to the whole second, but never after the last one of the year 9999.
create or replace macro read_time(cell, date1904, open_end) as
    nullif(
        least(
            coalesce(
                date_trunc('second', any_time(cell, date1904, open_end) + interval 500 millisecond),
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
