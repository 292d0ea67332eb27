-- Every frozen review, with the seal that it was signed with and its current seal.
select
    f.rowid as row_id, f.review_id, f.version, f.edition, f.content, f.sha256 as first_sha256,
    coalesce(
        (select max_by(s.sha256, s.sealed_at) from seals as s where s.edition = f.edition and s.first_sha256 = f.sha256),
        f.sha256
    ) as sha256
from frozen_reviews as f
order by f.edition
