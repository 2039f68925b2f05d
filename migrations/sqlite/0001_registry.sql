-- What rsvpd keeps. Times are milliseconds since 1970 (UTC), flags are 0 or 1, lists and objects are JSON text,
-- words are those of the contract. A column may be NULL only where its comment says what that means.

-- How far each folder of each mailbox has been read.
CREATE TABLE folder_cursor (
    -- name of the mailbox in the configuration
    mailbox TEXT NOT NULL,
    -- folder as the server names it
    folder TEXT NOT NULL,
    -- UIDVALIDITY under which last_uid counts
    uid_validity INTEGER NOT NULL,
    -- highest UID taken in
    last_uid INTEGER NOT NULL,
    PRIMARY KEY (mailbox, folder)
) STRICT;

-- Every mail ever taken in, with the outcome of its processing.
CREATE TABLE message (
    -- never used again, even after an erasure
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- name of the mailbox in the configuration
    mailbox TEXT NOT NULL,
    -- SHA-256 of the mail without what its delivery added; recognises a redelivered copy
    fingerprint BLOB NOT NULL,
    -- the mail as received; only its header where oversize is set; empty once erased
    raw BLOB NOT NULL,
    -- real size in bytes of a mail too large to be downloaded; NULL: all of it is in raw
    oversize INTEGER,
    -- Message-ID without angle brackets; NULL: it has none, or it is erased
    message_id TEXT,
    -- arrival in the mailbox
    received_at INTEGER NOT NULL,
    -- received: still to be processed; decided: the outcome below stands
    state TEXT NOT NULL CHECK (state IN ('received', 'decided')),
    -- how often processing was begun
    attempts INTEGER NOT NULL,
    -- when it was decided; NULL: not yet, as for all columns below
    decided_at INTEGER,
    -- the event it belongs to; NULL: unclear
    event TEXT,
    -- language of the reply
    language TEXT,
    -- attend, decline, …
    kind TEXT,
    -- record, ask, review, ignore
    action TEXT,
    -- 1: staff must see it
    human INTEGER,
    -- why: [{code, detail}]
    reasons TEXT,
    -- what the sender typed
    reply_text TEXT,
    -- the proposal for staff, as in the output of `parse`
    attendees TEXT,
    -- address that answers go to, lower case; NULL: none is known
    contact TEXT,
    -- where it is filed: recorded, review, ignored
    filing TEXT,
    -- Message-ID of the acknowledgement that the decision owes; NULL: it owes none
    acknowledgement TEXT,
    -- when a person's data was erased from it; NULL: never
    erased_at INTEGER,
    UNIQUE (mailbox, fingerprint),
    CHECK (state = 'received' OR (decided_at IS NOT NULL AND language IS NOT NULL AND kind IS NOT NULL
        AND action IS NOT NULL AND human IS NOT NULL AND reasons IS NOT NULL AND reply_text IS NOT NULL
        AND attendees IS NOT NULL AND filing IS NOT NULL))
) STRICT;

CREATE INDEX message_undecided ON message (id) WHERE state = 'received';
CREATE INDEX message_contact ON message (contact);

-- Ledger of every place where a server showed a message.
CREATE TABLE location (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- name of the mailbox in the configuration
    mailbox TEXT NOT NULL,
    -- folder as the server names it
    folder TEXT NOT NULL,
    -- UIDVALIDITY under which uid counts
    uid_validity INTEGER NOT NULL,
    -- the message's number in the folder
    uid INTEGER NOT NULL,
    -- what was there
    message INTEGER NOT NULL REFERENCES message (id),
    -- when the message was filed away from there; NULL: due as soon as it is decided
    filed_at INTEGER,
    UNIQUE (mailbox, folder, uid_validity, uid)
) STRICT;

CREATE INDEX location_message ON location (message);
CREATE INDEX location_unfiled ON location (mailbox, id) WHERE filed_at IS NULL;

-- What the registry holds of an attendee for an event; the facts stand in its revisions.
CREATE TABLE record (
    -- never used again, even after an erasure
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- the event
    event TEXT NOT NULL,
    -- where answers go, lower case
    contact TEXT NOT NULL,
    -- number of the newest revision
    revision INTEGER NOT NULL,
    -- arrival of the first message about it
    received_at INTEGER NOT NULL
) STRICT;

CREATE INDEX record_event ON record (event);
CREATE INDEX record_contact ON record (contact);

-- The whole history of every record; rows are only ever added.
CREATE TABLE record_revision (
    -- the record
    record INTEGER NOT NULL REFERENCES record (id),
    -- counted from 1
    revision INTEGER NOT NULL,
    -- full name; NULL: not known
    name TEXT,
    -- the name folded for comparison; NULL: not known
    name_key TEXT,
    -- organization or an explicit "none"; NULL: not known
    organization TEXT,
    -- position or occupation; NULL: not known
    position TEXT,
    -- {session: yes|no|maybe}; NULL: not answered
    sessions TEXT,
    -- the attendee's address; NULL: not known
    email TEXT,
    -- attending, declined, …
    status TEXT NOT NULL,
    -- language of the mail it came from
    language TEXT NOT NULL,
    -- the message it came from; NULL: entered by staff without one
    message INTEGER REFERENCES message (id),
    -- who of the staff entered or confirmed it; NULL: rsvpd alone
    staff TEXT,
    -- arrival of the message, or the time of the staff's decision
    at INTEGER NOT NULL,
    PRIMARY KEY (record, revision)
) STRICT;

CREATE INDEX record_revision_message ON record_revision (message);
CREATE INDEX record_revision_email ON record_revision (lower(email));
CREATE INDEX record_revision_name_key ON record_revision (name_key);

-- Messages that staff must see.
CREATE TABLE review_item (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- the message
    message INTEGER NOT NULL UNIQUE REFERENCES message (id),
    -- 1: nothing was done with the message, staff decide; 0: it was recorded, staff are to see it
    blocking INTEGER NOT NULL,
    -- open until staff decide
    state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'corrected', 'asked', 'dismissed')),
    -- what staff wrote beside their decision; NULL: nothing
    note TEXT,
    -- who decided; NULL: nobody yet
    decided_by TEXT,
    -- when; NULL: not yet
    decided_at INTEGER,
    -- Message-ID of the acknowledgement that the decision owes; NULL: it owes none
    acknowledgement TEXT,
    CHECK ((state = 'open') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL))
) STRICT;

CREATE INDEX review_item_open ON review_item (id) WHERE state = 'open';

-- Acknowledgements, from the decision that owes them to their delivery.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- the message that it answers
    message INTEGER NOT NULL REFERENCES message (id),
    -- confirm, ask, received
    kind TEXT NOT NULL,
    -- envelope recipient, lower case
    recipient TEXT NOT NULL,
    -- decoded subject
    subject TEXT NOT NULL,
    -- its Message-ID without angle brackets; the same in every attempt
    message_id TEXT NOT NULL UNIQUE,
    -- Message-ID of the mail answered; NULL: that has none
    in_reply_to TEXT,
    -- the facts that it asks for
    missing TEXT NOT NULL,
    -- the whole mail as it goes over the wire
    raw BLOB NOT NULL,
    -- where it stands
    state TEXT NOT NULL CHECK (state IN ('ready', 'sending', 'sent', 'waiting', 'failed', 'uncertain')),
    -- how often it was tried; the number of the attempt under way while sending
    attempts INTEGER NOT NULL,
    -- when it is to be tried next; NULL: not by itself
    due_at INTEGER,
    -- 1: the attempt under way has come to DATA's final dot; from there on the server may have it
    data_end INTEGER NOT NULL,
    -- how many attempts broke off after the final dot
    doubts INTEGER NOT NULL,
    -- the server's last words, or the error; NULL: not tried yet
    last_reply TEXT,
    -- when it was written
    created_at INTEGER NOT NULL,
    -- when the server took it; NULL: not yet
    sent_at INTEGER,
    CHECK (state NOT IN ('ready', 'waiting') OR due_at IS NOT NULL),
    CHECK (state NOT IN ('sending', 'sent', 'failed') OR due_at IS NULL)
) STRICT;

CREATE INDEX outbox_due ON outbox (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX outbox_recipient ON outbox (recipient, created_at);
CREATE INDEX outbox_message ON outbox (message);

-- Addresses that mail came back from.
CREATE TABLE undeliverable (
    -- lower case
    address TEXT PRIMARY KEY NOT NULL,
    -- since when it is known
    since INTEGER NOT NULL
) STRICT;

-- Every record in its newest revision.
CREATE VIEW current_record AS
SELECT record.id, record.event, record.contact, record.revision, record.received_at,
    newest.name, newest.name_key, newest.organization, newest.position, newest.sessions, newest.email,
    newest.status, newest.language, newest.at AS updated_at, message.message_id AS source_message_id,
    CASE WHEN EXISTS (SELECT 1 FROM undeliverable WHERE undeliverable.address = record.contact)
        THEN 1 ELSE 0 END AS undeliverable
FROM record
JOIN record_revision AS newest ON newest.record = record.id AND newest.revision = record.revision
LEFT JOIN message ON message.id = newest.message;

-- When something was last heard of: servers, loops.
CREATE TABLE contact_time (
    -- what, e.g. `imap rsvp`
    what TEXT PRIMARY KEY NOT NULL,
    -- when
    at INTEGER NOT NULL,
    -- what was heard
    text TEXT NOT NULL
) STRICT;
