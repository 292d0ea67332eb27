-- Every version of a pack that was installed, the last first, with the file that names its version.
select p.pack, p.sha256, p.installed_at, p.installed_by, f.content
from packs as p
left join pack_files as f on f.sha256 = p.sha256 and f.file = 'point.toml'
order by p.edition desc
