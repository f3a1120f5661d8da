import MariaDBClient

/// Statements on the objects that wait for the collector.
enum GarbageQueue {
    /// Locks the rows of objects. Two transactions that each remove one of an object's last two references meet here:
    /// otherwise each would see the other's row, and none would queue the object.
    static func lock(_ objects: some Sequence<UInt64>) -> SQLText {
        "SELECT id FROM object_keys WHERE id IN (\(list: Set(objects).sorted())) ORDER BY id FOR UPDATE"
    }

    /// Queues those of the locked objects that no message and no event refers to any more.
    static func add(_ objects: some Sequence<UInt64>) -> SQLText {
        """
        INSERT IGNORE INTO garbage_objects (object_id, queued_at) SELECT o.id, UTC_TIMESTAMP() FROM object_keys o \
        WHERE o.id IN (\(list: Set(objects).sorted())) \
        AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.object_id = o.id) \
        AND NOT EXISTS (SELECT 1 FROM calendar_events e WHERE e.object_id = o.id)
        """
    }
}
