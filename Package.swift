// swift-tools-version: 6.2
import PackageDescription

// The rooms of the house: each target is a room, and its dependencies are its doors. `make lint` checks that the
// arrows point one way: programs -> protocols -> LightMailDaemon -> LightMailCore -> clients, MailFormat.

let strict: [SwiftSetting] = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
]
let nioTLS: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let nioHTTP: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let hummingbird: [Target.Dependency] = [
    .product(name: "Hummingbird", package: "hummingbird"),
    .product(name: "HummingbirdCore", package: "hummingbird"),
]
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let tracing: Target.Dependency = .product(name: "Tracing", package: "swift-distributed-tracing")
let lifecycle: [Target.Dependency] = [
    .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
    .product(name: "UnixSignals", package: "swift-service-lifecycle"),
]

let package = Package(
    name: "lightmail",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // System libraries.
        .systemLibrary(name: "CMariaDB", pkgConfig: "libmariadb", providers: [.apt(["libmariadb-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CCrypt", pkgConfig: "libcrypt", providers: [.apt(["libcrypt-dev"])]),
        .systemLibrary(name: "CIDN", pkgConfig: "libidn", providers: [.apt(["libidn-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),

        // Pure rooms: bytes to values; no channels, no files, no clock.
        room("MailFormat"),
        room("CalendarFormat"),
        room("IMAPSyntax"),
        room("POP3Syntax"),
        room("SMTPSyntax"),
        room("SASL"),
        room("XMLSyntax"),
        room("DAVSyntax", ["XMLSyntax"]),

        // What everybody tells of what is done.
        room("Spans", [tracing]),

        // Clients that know no mail.
        room("MariaDBClient", ["CMariaDB", "Spans", logging]),
        room("S3Client", ["XMLSyntax", "CCurl", "COpenSSL", "Spans", logging]),
        room("SMTPClient", ["CCurl"]),

        // The centre.
        room(
            "LightMailCore",
            ["MariaDBClient", "S3Client", "MailFormat", "CalendarFormat", "CCrypt", "CIDN", "COpenSSL", logging]),
        room(
            "LightMailDaemon",
            [
                "LightMailCore", "MariaDBClient", "S3Client", "SMTPClient", "SASL", "Spans", "CSystemd", logging,
                tracing, argumentParser, nioTLS, nioHTTP,
            ]
                + nio + lifecycle),

        // Mail that moves in and out.
        room("MailMigration", ["LightMailCore", "S3Client", "IMAPSyntax", "MailFormat", "CCurl"]),

        // The protocols.
        room(
            "IMAPServer",
            [
                "IMAPSyntax", "SASL", "LightMailDaemon", "LightMailCore", "MailFormat", "Spans", "CZlib", logging,
                nioTLS,
            ] + nio),
        room("POP3Server", ["POP3Syntax", "SASL", "LightMailDaemon", "LightMailCore", "Spans", logging, nioTLS] + nio),
        room(
            "SMTPServer",
            [
                "SMTPSyntax", "SASL", "LightMailDaemon", "LightMailCore", "SMTPClient", "MailFormat", "Spans", logging,
                nioTLS,
            ] + nio),

        room(
            "AdminServer",
            ["LightMailDaemon", "LightMailCore", "MailFormat", "SMTPClient", "Spans", logging, mustache] + hummingbird
                + nio),

        room(
            "DAVServer",
            ["DAVSyntax", "XMLSyntax", "CalendarFormat", "LightMailDaemon", "LightMailCore", "SASL", "Spans", logging]
                + hummingbird + nio),

        // The programs.
        program("lightmail-imapd", ["IMAPServer", "LightMailDaemon"]),
        program("lightmail-lmtpd", ["SMTPServer", "LightMailDaemon"]),
        program("lightmail-gcd", ["LightMailCore", "LightMailDaemon"]),
        program("lightmail-pop3d", ["POP3Server", "LightMailDaemon"]),
        program("lightmail-smtpd", ["SMTPServer", "LightMailDaemon"]),
        program("lightmail-apid", ["AdminServer", "DAVServer", "LightMailDaemon"]),
        program("lightmailctl", ["LightMailDaemon", "LightMailCore", "MailMigration", argumentParser, logging]),

        // Tests mirror the rooms.
        tests("MailFormatTests", ["MailFormat"]),
        tests("CalendarFormatTests", ["CalendarFormat"]),
        tests("IMAPSyntaxTests", ["IMAPSyntax"]),
        tests("POP3SyntaxTests", ["POP3Syntax"]),
        tests("SMTPSyntaxTests", ["SMTPSyntax"]),
        tests("SASLTests", ["SASL"]),
        tests("DAVSyntaxTests", ["DAVSyntax", "XMLSyntax"]),
        tests("MariaDBClientTests", ["MariaDBClient"]),
        tests("S3ClientTests", ["S3Client", "COpenSSL"]),
        tests("SMTPClientTests", ["SMTPClient"] + nio),
        tests("LightMailCoreTests", ["LightMailCore", "MariaDBClient", "S3Client", "MailFormat"]),
        tests(
            "LightMailDaemonTests",
            ["LightMailDaemon", "LightMailCore", "SASL", "Spans", nioEmbedded, nioTLS, tracing] + nio),
        tests(
            "IMAPServerTests",
            [
                "IMAPServer", "IMAPSyntax", "MailFormat", "LightMailDaemon", "LightMailCore", "MariaDBClient",
                "S3Client",
                nioEmbedded, nioTLS,
            ] + nio),
        tests(
            "POP3ServerTests",
            ["POP3Server", "LightMailDaemon", "LightMailCore", "MariaDBClient", "S3Client", nioTLS] + nio),
        tests(
            "SMTPServerTests",
            [
                "SMTPServer", "SMTPSyntax", "SMTPClient", "LightMailDaemon", "LightMailCore", "MariaDBClient",
                "S3Client",
                nioEmbedded, nioTLS,
            ] + nio),
        tests("MailMigrationTests", ["MailMigration", "LightMailCore"]),
        tests("DAVServerTests", ["DAVServer", "DAVSyntax", "XMLSyntax", "CalendarFormat", "LightMailCore"]),
        tests("AdminServerTests", ["AdminServer", "LightMailDaemon", "LightMailCore"]),
    ]
)

// The fuzzers of `make fuzz`, with the pure rooms that they stand on and nothing else. An ordinary build does not see them:
// they have no main but libFuzzer's.
if Context.environment["LIGHTMAIL_FUZZ"] != nil {
    let fuzzers = [
        ("message", ["MailFormat"]), ("stored-format", ["MailFormat"]), ("text", ["MailFormat"]),
        ("imap", ["IMAPSyntax"]), ("smtp", ["SMTPSyntax"]), ("pop3", ["POP3Syntax"]), ("sasl", ["SASL"]),
        ("calendar", ["CalendarFormat"]), ("dav", ["DAVSyntax", "XMLSyntax"]),
    ]
    package.dependencies = []
    package.targets =
        package.targets.filter { target in fuzzers.contains { $0.1.contains(target.name) } }
        + fuzzers.map { name, rooms in
            .executableTarget(
                name: "fuzz-\(name)", dependencies: rooms.map { .byName(name: $0) }, path: "Fuzz/\(name)",
                exclude: ["corpus", "\(name).dict"], swiftSettings: strict)
        }
}

// What `make micro` counts, with the pure rooms that it stands on and nothing else.
if Context.environment["LIGHTMAIL_MICRO"] != nil {
    let rooms = ["MailFormat", "IMAPSyntax", "SMTPSyntax", "POP3Syntax", "CalendarFormat", "XMLSyntax", "DAVSyntax"]
    package.dependencies = []
    package.targets =
        package.targets.filter { rooms.contains($0.name) } + [
            .executableTarget(
                name: "micro", dependencies: rooms.map { .byName(name: $0) }, path: "Benchmarks/micro",
                exclude: ["counts.json"], swiftSettings: strict)
        ]
}
