-- Tells the other processes that serve links at once that there is something to look at; they look each second in any case.

create function tell_link_news() returns trigger language plpgsql as $$
begin
  perform pg_catalog.pg_notify('etis_link_news', '');
  return null;
end
$$;

create trigger tell_link_news after insert or update on directive_sequence for each statement execute function tell_link_news();
create trigger tell_link_news after update on key_generation for each statement execute function tell_link_news();
create trigger tell_link_news after update of revoked_at on subscriber for each statement execute function tell_link_news();
