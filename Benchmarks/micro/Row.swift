/// Work that is counted.
struct Row: Sendable {
    let name: String
    /// Makes what the work needs, and gives the work: one operation a call.
    let prepare: @Sendable () throws -> () throws -> Void

    static let all = MailRows.all + ProtocolRows.all + CalendarRows.all
}

/// Keeps the compiler from leaving out what nobody uses.
@inline(never)
func keep<Value>(_ value: Value) {}
