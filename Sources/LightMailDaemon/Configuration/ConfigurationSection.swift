/// A section of the configuration: a value with a default for each key, and the rows of the table for its keys.
package protocol ConfigurationSection: Sendable, Equatable {
    /// As it stands between brackets in the file.
    static var name: String { get }
    /// One line, for config.ini.example.
    static var purpose: String { get }
    static var keys: [ConfigurationKey<Self>] { get }
    /// The section with every key at its default.
    init()
}

/// A section seen from the whole configuration.
struct SectionTable: Sendable {
    let name: String
    let purpose: String
    let keys: [ConfigurationKey<Configuration>]
    /// The one daemon that it is for; nil when several read it.
    let owner: DaemonKind?

    init<Section: ConfigurationSection>(
        _ path: WritableKeyPath<Configuration, Section> & Sendable, of owner: DaemonKind? = nil
    ) {
        self.owner = owner
        name = Section.name
        purpose = Section.purpose
        keys = Section.keys.map { $0.lifted(through: path) }
    }
}
