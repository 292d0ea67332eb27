-- Whether at least half of a file, and of some megabytes, is free.
select free_blocks * 2 > total_blocks and total_blocks * block_size > 4e6
from pragma_database_size()
where database_name = current_database()
