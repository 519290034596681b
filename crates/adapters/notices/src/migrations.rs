//! Tables of this module. Whom a message goes to and what it says are sealed; what stays readable is who among the
//! known ids, by which way, with which template, and how it ended.

use youlin_database::Migration;

/// Add-only; see [`Migration`].
pub const MIGRATIONS: &[Migration] = &[Migration {
    module: "notices",
    version: 1,
    name: "notices, deliveries, webhook subscriptions",
    sql: r"
CREATE TABLE notice (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    event_id {uuid} NOT NULL,
    account_id {uuid} NOT NULL,
    kind TEXT NOT NULL,
    case_id {uuid},
    data TEXT NOT NULL,
    at BIGINT NOT NULL,
    read_at BIGINT,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, event_id, account_id)
);
CREATE INDEX notice_account ON notice (community_id, account_id, id);
CREATE INDEX notice_unread ON notice (account_id, read_at);
CREATE TABLE delivery (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    event_id {uuid} NOT NULL,
    case_id {uuid},
    member TEXT NOT NULL,
    channel TEXT NOT NULL,
    template TEXT NOT NULL,
    target_sealed {bytes},
    args_sealed {bytes},
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at BIGINT NOT NULL,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, event_id, member, channel)
);
CREATE INDEX delivery_due ON delivery (state, due_at);
CREATE INDEX delivery_log ON delivery (community_id, channel, id);
CREATE TABLE webhook_subscription (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    name TEXT NOT NULL,
    area_id BIGINT NOT NULL,
    url TEXT NOT NULL,
    secret_sealed {bytes} NOT NULL,
    topics TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    ended_by TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
",
}];
