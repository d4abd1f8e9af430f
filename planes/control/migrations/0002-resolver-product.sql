-- Where directed events of an external id go: the one product that serves it, for example the product that answers a phone number.

alter table resolver_entry add column product_id text references product (id);
