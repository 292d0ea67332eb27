-- The pseudonym of a subject.
select person from persons where issuer = $issuer and subject = $subject
