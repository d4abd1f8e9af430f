-- Keeps many receipts in one statement of the plane's own machinery, as soon as their signatures were verified. A receipt proves nothing, and is passed
-- over, unless it says the digest of the directive as it was signed; a later proof takes the place of a refusal and of nothing else.

-- The body is bound to the tables when it is created, so no object of a caller can stand in for them.
create function keep_receipts(directives uuid[], subscribers text[], digests text[], payloads text[], key_ids text[], signatures text[], outcomes text[])
returns void language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
  insert into directive_receipt (directive_id, subscriber, payload, key_id, signature, outcome)
  select distinct on (r.directive_id, r.subscriber) r.directive_id, r.subscriber, r.payload, r.key_id, r.signature, r.outcome
  from unnest(directives, subscribers, digests, payloads, key_ids, signatures, outcomes)
    as r (directive_id, subscriber, digest, payload, key_id, signature, outcome)
  join directive d on d.id = r.directive_id and d.digest = r.digest
  order by r.directive_id, r.subscriber, r.outcome
  on conflict (directive_id, subscriber) do update
    set payload = excluded.payload, key_id = excluded.key_id, signature = excluded.signature, outcome = excluded.outcome,
      received_at = excluded.received_at
    where directive_receipt.outcome = 'refused';
end;
