-- Every version of every pack that was ever installed, the last first.
select pack, sha256 from packs order by edition desc
