// Who may connect, how it is protected, and what stays secret.

import FoundationEssentials
import Testing

@testable import MariaDBClient

@Suite struct ConnectTests {
    private func cipher(_ configuration: DatabaseConfiguration) async throws -> String {
        try await withPool(configuration) { pool in
            try await pool.read { connection in
                try connection.query(
                    "SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'SSL_CIPHER'"
                )[0][0].string
            }
        }
    }

    private func failure(_ configuration: DatabaseConfiguration) async throws -> DatabaseError? {
        do {
            _ = try await cipher(configuration)
            return nil
        } catch let error as DatabaseError {
            return error
        }
    }

    @Test func aWrongPasswordIsUnavailable() async throws {
        var configuration = try TestServer.configuration()
        configuration.password = "wrong-secret"
        let error = try #require(try await failure(configuration))
        #expect(error.kind == .unavailable)
        #expect(error.code == 1045)
        #expect(!"\(error)".contains("wrong-secret"))
    }

    @Test func anUnknownDatabaseIsUnavailable() async throws {
        var configuration = try TestServer.configuration()
        configuration.database = "lightmail_no_such"
        #expect(try await failure(configuration)?.kind == .unavailable)
    }

    @Test func anUnknownHostIsUnavailable() async throws {
        var configuration = try TestServer.configuration(port: 3306)
        configuration.host = "no-such-host.invalid"
        #expect(try await failure(configuration)?.kind == .unavailable)
    }

    @Test func aMissingSocketIsUnavailable() async throws {
        var configuration = try TestServer.configuration()
        configuration.socket = "/nonexistent/mariadb.sock"
        #expect(try await failure(configuration)?.kind == .unavailable)
    }

    @Test func thePasswordIsNotPrinted() async throws {
        let configuration = DatabaseConfiguration(user: "u", password: "very-secret", database: "d")
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped, "\([configuration])"] {
            #expect(!text.contains("very-secret"))
        }
    }

    @Test func tlsIsUsedWhereItIsWanted() async throws {
        var configuration = try TestServer.configuration(port: try TestServer.port)
        #expect(try await cipher(configuration) == "")
        configuration.tls = .preferred
        #expect(try await cipher(configuration) != "")
        configuration.tls = .required(caFile: nil)
        #expect(try await cipher(configuration) != "")
        configuration.host = "localhost"
        configuration.tls = .required(caFile: try TestServer.variable("LIGHTMAIL_TEST_DB_CA"))
        #expect(try await cipher(configuration) != "")
    }

    @Test func anotherAuthorityIsRefused() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("ca-\(TestServer.number()).pem")
        try Self.stranger.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        var configuration = try TestServer.configuration(port: try TestServer.port)
        configuration.host = "localhost"
        configuration.tls = .required(caFile: file.path)
        #expect(try await failure(configuration)?.kind == .unavailable)
        configuration.tls = .required(caFile: "/nonexistent/ca.pem")
        #expect(try await failure(configuration)?.kind == .unavailable)
    }

    /// Valid for a hundred years, signed by itself, and of nobody.
    private static let stranger = """
        -----BEGIN CERTIFICATE-----
        MIIBfTCCASOgAwIBAgIUIANU+dCM0YAqCO62Czt78H6ZaZwwCgYIKoZIzj0EAwIw
        EzERMA8GA1UEAwwIc3RyYW5nZXIwIBcNMjYxMTI0MjExOTQ0WhgPMjEyNjEwMzEy
        MTE5NDRaMBMxETAPBgNVBAMMCHN0cmFuZ2VyMFkwEwYHKoZIzj0CAQYIKoZIzj0D
        AQcDQgAEVochOXKPp1aDe13l8U3EqiZQQK4CS7RQKFakz1q34LwHbyimhaCXncmm
        4y7bbbSuWAf0NxNM6MaqS8Bcyy1a06NTMFEwHQYDVR0OBBYEFP6O2EYwgpuDuIh3
        QayDRk3itXnfMB8GA1UdIwQYMBaAFP6O2EYwgpuDuIh3QayDRk3itXnfMA8GA1Ud
        EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgPOlQ62IhS6jhwV6eXzK7ZuBi
        uHb4TUWC1uABsfkpSfoCIQC6CQRVFf92MRxqbYps7MYpkh5CfgGkDYHcO76vacu3
        DQ==
        -----END CERTIFICATE-----
        """
}
