import Glibc

/// Whether the configuration can be used, by every daemon, and whether others can read the secrets in it.
struct ConfigurationCheck {
    private let path: String
    private let environment: [String: String]

    init(path: String, environment: [String: String]) {
        self.path = path
        self.environment = environment
    }

    /// The findings, and the configuration where there is one to go on with.
    func run() -> ([Finding], Configuration?) {
        var findings = Findings("configuration")
        let configuration: Configuration
        do throws(ConfigurationError) {
            configuration = try Configuration.load(path: path, environment: environment)
        } catch {
            for problem in error.problems {
                findings.error(
                    "settings", problem.description,
                    advice: "Correct it; config.ini.example has every key, and no daemon starts before.")
            }
            return (findings.list, nil)
        }
        findings.ok("settings", "\(path) can be read and has no unknown key")
        for warning in configuration.warnings {
            findings.warning("settings", warning.description, advice: "Change it, unless it is meant so.")
        }
        for daemon in DaemonKind.allCases {
            for problem in ConfigurationRules(configuration, path: path, daemon: daemon).check().errors {
                findings.warning(
                    daemon.program, problem.description, advice: "Set it, if \(daemon.program) is to run on this host.")
            }
        }
        secrets(configuration, &findings)
        return (findings.list, configuration)
    }

    private func secrets(_ configuration: Configuration, _ findings: inout Findings) {
        let daemon = LocalUser(named: configuration.system.owner)
        if daemon == nil {
            findings.error(
                "user", "there is no user \(configuration.system.owner), who is [system] owner",
                advice: "Run systemd-sysusers, or name the user as whom the daemons run.")
        }
        for file in filesWithSecrets(configuration) {
            guard let status = FileStatus(file.path) else {
                findings.error(
                    "secrets", "\(file.path): \(SystemError.text(errno))", advice: "Run this as root to see it.")
                continue
            }
            if status.mode & 0o007 != 0 {
                findings.error(
                    "secrets",
                    "\(file.path) holds \(file.what) and has mode \(status.modeText): every user can reach it",
                    advice: "chmod 640 \(file.path) && chgrp \(configuration.system.group) \(file.path)")
            } else if let daemon, !status.allows(daemon, to: .read) {
                findings.error(
                    "secrets", "\(file.path) holds \(file.what) and \(daemon.name) cannot read it",
                    advice: "chmod 640 \(file.path) && chgrp \(configuration.system.group) \(file.path)")
            } else {
                findings.ok("secrets", "\(file.path): mode \(status.modeText)")
            }
        }
    }

    /// The configuration when a secret stands in it, the files that it names for secrets, and the keys of certificates.
    private func filesWithSecrets(_ configuration: Configuration) -> [(path: String, what: String)] {
        var files: [(path: String, what: String)] = []
        let document = (try? BoundedFile.read(path, limit: INIDocument.maximumSize)).map { INIDocument($0) }
        for entry in document?.entries ?? [] where !entry.value.isEmpty {
            guard let table = Configuration.table.first(where: { $0.name == entry.section }) else { continue }
            for key in table.keys where key.isSecret {
                if entry.key == key.name {
                    files.append((path, "secrets"))
                } else if entry.key == key.name + "_file", entry.value.hasPrefix("/") {
                    files.append((entry.value, "[\(entry.section)] \(key.name)"))
                }
            }
        }
        files += configuration.certificates.map(\.key).filter { !$0.isEmpty }.map { ($0, "a private key") }
        var seen: Set<String> = []
        return files.filter { seen.insert($0.path).inserted }
    }
}
