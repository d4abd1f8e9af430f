-- The relay takes in fair turns over tenants, and finds what each has next without reading what the others have.

create index outbox_by_tenant on outbox (tenant_id, position);
