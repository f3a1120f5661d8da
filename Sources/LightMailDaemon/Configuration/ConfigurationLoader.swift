/// Turns a file, the environment and the files of secrets into a configuration, collecting every problem on the way.
///
/// The environment wins over the file, and the file over a credential of systemd that merely has the key's name.
struct ConfigurationLoader {
    private let path: String
    private let environment: [String: String]
    private var configuration = Configuration()
    private var problems: [ConfigurationProblem] = []
    /// `section.key` of the secrets that have a value, so that a credential does not replace it.
    private var secretsSet: Set<String> = []

    init(path: String, environment: [String: String]) {
        self.path = path
        self.environment = environment
    }

    mutating func load(for daemon: DaemonKind?) throws(ConfigurationError) -> Configuration {
        do throws(BoundedFileError) {
            apply(INIDocument(try BoundedFile.read(path, limit: INIDocument.maximumSize)))
        } catch {
            problems.append(ConfigurationProblem(origin: .whole(path: path), message: error.message))
        }
        applyEnvironment()
        applyCredentials()
        if configuration.system.hostname.isEmpty {
            configuration.system.hostname = MachineName.current
        }
        if problems.isEmpty {
            let findings = ConfigurationRules(configuration, path: path, daemon: daemon).check()
            problems += findings.errors
            configuration.warnings += findings.warnings
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        return configuration
    }

    // MARK: The file

    private mutating func apply(_ document: INIDocument) {
        var found: [(line: Int, problem: ConfigurationProblem)] = document.problems.map { problem in
            (
                problem.line,
                ConfigurationProblem(
                    origin: .file(path: path, line: problem.line), section: problem.section, key: problem.key,
                    message: problem.message)
            )
        }
        for section in document.sections where !Configuration.table.contains(where: { $0.name == section.name }) {
            let names = Configuration.table.map(\.name)
            found.append(
                (
                    section.line,
                    ConfigurationProblem(
                        origin: .file(path: path, line: section.line), section: section.name,
                        message: "there is no such section" + Spelling.suggestion(for: section.name, among: names))
                ))
        }
        for entry in document.entries {
            guard let table = Configuration.table.first(where: { $0.name == entry.section }) else { continue }
            if let problem = apply(entry, in: table, all: document.entries) {
                found.append((entry.line, problem))
            }
        }
        problems += found.sorted { $0.line < $1.line }.map(\.problem)
    }

    private mutating func apply(
        _ entry: INIDocument.Entry, in table: SectionTable, all: [INIDocument.Entry]
    ) -> ConfigurationProblem? {
        let origin = ConfigurationProblem.Origin.file(path: path, line: entry.line)
        func problem(_ message: String) -> ConfigurationProblem {
            ConfigurationProblem(origin: origin, section: entry.section, key: entry.key, message: message)
        }
        switch Setting(named: entry.key, in: table) {
        case .value(let key):
            if key.isSecret, entry.isCutByComment {
                return problem("put the secret in quotes: what follows the blank was taken for a comment")
            }
            return set(key, to: entry.value, section: entry.section, named: entry.key, origin: origin)
        case .secretFile(let key):
            if all.contains(where: { $0.section == entry.section && $0.key == key.name }) {
                return problem("\(key.name) is set as well: one of the two must go")
            }
            return entry.value.isEmpty
                ? nil : set(key, fromFile: entry.value, section: entry.section, named: entry.key, origin: origin)
        case nil:
            return problem("there is no such key" + Spelling.suggestion(for: entry.key, among: table.keys.map(\.name)))
        }
    }

    // MARK: The environment

    private mutating func applyEnvironment() {
        // The longest names first: SMTP_SERVER_PORT is port in [smtp_server], never server_port in [smtp].
        let tables = Configuration.table.sorted { $0.name.utf8.count > $1.name.utf8.count }
        for (variable, value) in environment.sorted(by: { $0.key < $1.key }) where variable.hasPrefix("LIGHTMAIL_") {
            let name = variable.dropFirst("LIGHTMAIL_".count).lowercased()
            guard let table = tables.first(where: { name.hasPrefix($0.name + "_") }) else { continue }
            let keyName = String(name.dropFirst(table.name.utf8.count + 1))
            let origin = ConfigurationProblem.Origin.environment(variable: variable)
            var problem: ConfigurationProblem?
            switch Setting(named: keyName, in: table) {
            case .value(let key):
                problem = set(key, to: value, section: table.name, named: keyName, origin: origin)
            case .secretFile(let key):
                problem = set(key, fromFile: value, section: table.name, named: keyName, origin: origin)
            case nil:
                // Not an error: a variable of this name may have been meant for another program.
                configuration.warnings.append(
                    ConfigurationProblem(
                        origin: origin, section: table.name, key: keyName, message: "there is no such key"))
            }
            if let problem { problems.append(problem) }
        }
    }

    // MARK: Secrets

    private mutating func applyCredentials() {
        guard let directory = environment["CREDENTIALS_DIRECTORY"], !directory.isEmpty else { return }
        for table in Configuration.table {
            for key in table.keys where key.isSecret && !secretsSet.contains("\(table.name).\(key.name)") {
                let file = "\(directory)/\(table.name).\(key.name)"
                guard BoundedFile.exists(file) else { continue }
                if let problem = set(
                    key, fromFile: file, section: table.name, named: key.name, origin: .secretFile(path: file))
                {
                    problems.append(problem)
                }
            }
        }
    }

    private mutating func set(
        _ key: ConfigurationKey<Configuration>, fromFile file: String, section: String, named name: String,
        origin: ConfigurationProblem.Origin
    ) -> ConfigurationProblem? {
        var file = file
        if !file.hasPrefix("/") {
            guard !file.contains("/"), let directory = environment["CREDENTIALS_DIRECTORY"], !directory.isEmpty else {
                return ConfigurationProblem(
                    origin: origin, section: section, key: name,
                    message: "the file is neither an absolute path nor a credential of systemd")
            }
            file = "\(directory)/\(file)"
        }
        do throws(BoundedFileError) {
            let bytes = try BoundedFile.read(file, limit: INIDocument.maximumLine)
            guard var text = String(validating: bytes, as: UTF8.self) else {
                throw BoundedFileError(message: "the file is not UTF-8")
            }
            // Editors and `echo` end a file with a newline that is no part of the secret.
            if text.last?.isNewline == true { text.removeLast() }
            return set(key, to: text, section: section, named: name, origin: origin)
        } catch {
            return ConfigurationProblem(
                origin: origin, section: section, key: name, message: "\(file): \(error.message)")
        }
    }

    private mutating func set(
        _ key: ConfigurationKey<Configuration>, to text: String, section: String, named name: String,
        origin: ConfigurationProblem.Origin
    ) -> ConfigurationProblem? {
        do throws(InvalidValue) {
            try key.read(text, &configuration)
        } catch {
            let value = key.isSecret ? "the value" : "\"\(LogText.escaped(text, limit: 200))\""
            return ConfigurationProblem(
                origin: origin, section: section, key: name, message: "\(value) is not \(error.expected)")
        }
        if key.isSecret, !text.isEmpty { secretsSet.insert("\(section).\(key.name)") }
        return nil
    }
}

/// What a name in a section stands for.
private enum Setting {
    case value(ConfigurationKey<Configuration>)
    /// `NAME_file` of a secret.
    case secretFile(ConfigurationKey<Configuration>)

    init?(named name: String, in table: SectionTable) {
        if let key = table.keys.first(where: { $0.name == name }) {
            self = .value(key)
        } else if name.hasSuffix("_file"),
            let key = table.keys.first(where: { $0.isSecret && $0.name == name.dropLast("_file".count) })
        {
            self = .secretFile(key)
        } else {
            return nil
        }
    }
}
