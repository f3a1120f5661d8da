package final class Connection {
    package func query(_ sql: String, _ parameters: [SQLValue] = []) throws -> [Row] { throw notYet }
    package func execute(_ sql: String, _ parameters: [SQLValue] = []) throws -> ExecuteResult { throw notYet }
    package func each(_ sql: String, _ parameters: [SQLValue], _ body: (Row) throws -> Void) throws { throw notYet }
    package func columns<each C: ColumnInteger>(
        _ sql: String, _ parameters: [SQLValue], _ types: repeat (each C).Type
    ) throws -> (repeat [each C]) { throw notYet }
    package func script(_ sql: String) throws -> [ScriptResult] { throw notYet }
    package func commit(after sql: String) throws -> [ScriptResult] { throw notYet }
}
private let notYet = DatabaseError(kind: .unavailable, message: "not connected")
