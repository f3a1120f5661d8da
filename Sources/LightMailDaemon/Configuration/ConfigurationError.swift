/// What is wrong with a configuration, every problem at once, each with its place.
package struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    /// At least one, in the order of the file; problems of rules across keys come last.
    package let problems: [ConfigurationProblem]

    package init(_ problems: [ConfigurationProblem]) {
        self.problems = problems
    }

    /// One line a problem.
    package var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}

/// One mistake, or one thing worth a warning, and where it stands.
package struct ConfigurationProblem: Sendable, Equatable, CustomStringConvertible {
    /// Where a value came from.
    package enum Origin: Sendable, Equatable {
        /// A line of the configuration file; lines count from 1.
        case file(path: String, line: Int)
        /// An environment variable.
        case environment(variable: String)
        /// A file that holds a secret: `*_file`, or a credential of systemd.
        case secretFile(path: String)
        /// The default, or the file as a whole.
        case whole(path: String)
    }

    package let origin: Origin
    package let section: String?
    package let key: String?
    /// One sentence without a full stop. It never holds the value of a secret.
    package let message: String

    package init(origin: Origin, section: String? = nil, key: String? = nil, message: String) {
        self.origin = origin
        self.section = section
        self.key = key
        self.message = message
    }

    package var description: String {
        var text: String
        switch origin {
        case .file(let path, let line): text = "\(path):\(line): "
        case .environment(let variable): text = "environment variable \(variable): "
        case .secretFile(let path), .whole(let path): text = "\(path): "
        }
        if let section { text += "[\(section)] " }
        if let key { text += "\(key): " }
        return text + message
    }
}
