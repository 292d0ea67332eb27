-- Record that exports were read anew by the rules of a newer version.
insert into cleanings (cleaned_at, numbers, taken_out, read_anew, blanked, exports, changed)
values (moment(), 0, 0, 0, 0, $exports, $changed)
