-- Columns that earlier forms of files 310 and 430 lacked, which a store that was made with those forms still lacks.
alter table import_columns add column if not exists heading_row integer;
alter table aliases add column if not exists follows boolean;
alter table cleanings add column if not exists read_anew bigint;
