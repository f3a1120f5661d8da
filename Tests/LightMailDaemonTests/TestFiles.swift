import Foundation

@testable import LightMailDaemon

/// A folder of one test's own, removed when the test lets go of it.
final class TestFolder: Sendable {
    let path: String

    init() throws {
        // Short, because a socket's path may have 107 bytes.
        path = "/tmp/lmd-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Writes a file and gives its path.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        let file = "\(path)/\(name)"
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        return file
    }

    func read(_ name: String) throws -> String {
        try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
    }

    /// A certificate for `name`, signed by its own key: files for `TLSProvider`.
    func makeCertificate(_ name: String) throws -> (certificate: String, key: String) {
        let files = (certificate: "\(path)/\(name).pem", key: "\(path)/\(name).key")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "2", "-subj", "/CN=\(name)", "-keyout", files.key, "-out", files.certificate,
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return files
    }
}

/// Loads `text` as a configuration file; the path in problems is `config.ini`'s own.
func load(
    _ text: String, environment: [String: String] = [:], daemon: DaemonKind? = nil
) throws -> Configuration {
    let folder = try TestFolder()
    return try Configuration.load(
        path: folder.write(text, to: "config.ini"), environment: environment, daemon: daemon)
}

/// The problems of a configuration file, each with the folder taken away: `config.ini:3: [imap] port: ...`
func problems(
    of text: String, environment: [String: String] = [:], daemon: DaemonKind? = nil
) throws -> [String] {
    let folder = try TestFolder()
    let path = try folder.write(text, to: "config.ini")
    do {
        _ = try Configuration.load(path: path, environment: environment, daemon: daemon)
        return []
    } catch {
        return error.problems.map { $0.description.replacingOccurrences(of: folder.path + "/", with: "") }
    }
}
