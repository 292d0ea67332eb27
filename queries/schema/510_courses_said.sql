-- Which courses of the training exports are those of the points, where their names are not the declared ones. It counts in
-- all that is computed after it was said, for any day.

-- One row each time it was said of a point; the highest edition of an organisation and point counts. point: its id.
-- courses: their names as the export has them; nobody: that nobody has begun the course. Neither where it was taken back.
create table courses_said (
    organisation_id integer,
    point           varchar,
    courses         varchar[],
    nobody          boolean,
    edition         integer,
    said_at         timestamp,
    said_by         varchar
);
