-- What a person asked, and what a post of Parley's answers: for those who want it forgotten.
CREATE INDEX turns_author ON turns (author) WHERE author <> '';
CREATE INDEX outbox_native ON outbox (native_id) WHERE native_id IS NOT NULL;
CREATE INDEX seen_delivery ON seen (delivery) WHERE delivery IS NOT NULL;
