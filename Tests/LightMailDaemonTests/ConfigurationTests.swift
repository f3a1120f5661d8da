import Foundation
import Testing

@testable import LightMailDaemon

@Suite struct ConfigurationTests {
    @Test func anEmptyFileGivesTheDefaults() throws {
        var expected = Configuration()
        expected.system.hostname = MachineName.current
        #expect(try load("") == expected)
        #expect(expected.imap.port == 143)
        #expect(expected.lmtp.socket == "/var/spool/postfix/lightmail/lmtp.sock")
        #expect(expected.garbage.retention == .seconds(604_800))
    }

    @Test func valuesOfEveryTypeAreRead() throws {
        let configuration = try load(
            """
            [imap]
            port = 1143
            enable_ssl = yes
            tls_cert = /c.pem
            tls_key = /k.pem
            session_timeout = 60
            [database]
            password = "s3cret # with hash"
            tls = Required
            [notify]
            tick_ms = 1500
            [webhook]
            events = message.delivered, message.infected
            [proxy]
            trusted_networks = 10.0.0.0/8 2001:db8::/32
            [antivirus]
            mode = tag
            """)
        #expect(configuration.imap.port == 1143)
        #expect(configuration.imap.enableSSL)
        #expect(configuration.imap.sessionTimeout == .seconds(60))
        #expect(configuration.database.password.reveal() == "s3cret # with hash")
        #expect(configuration.database.tls == .required)
        #expect(configuration.notify.tick == .milliseconds(1500))
        #expect(configuration.webhook.events == ["message.delivered", "message.infected"])
        #expect(configuration.proxy.trustedNetworks.map(\.description) == ["10.0.0.0/8", "2001:db8::/32"])
        #expect(configuration.antivirus.mode == .tag)
    }

    @Test(arguments: [
        ("[imap]\nport = abc", #"config.ini:2: [imap] port: "abc" is not a number from 0 to 65535"#),
        ("[imap]\nport = 65536", #"config.ini:2: [imap] port: "65536" is not a number from 0 to 65535"#),
        ("[imap]\nport = +1", #"config.ini:2: [imap] port: "+1" is not a number from 0 to 65535"#),
        ("[imap]\nport =", #"config.ini:2: [imap] port: "" is not a number from 0 to 65535"#),
        ("\n[imap]\n\ntls_only = maybe", #"config.ini:4: [imap] tls_only: "maybe" is not true or false"#),
        ("[imap]\ntls_cert = c.pem", #"config.ini:2: [imap] tls_cert: "c.pem" is not an absolute path"#),
        (
            "[imap]\nsession_timeout = 1",
            #"config.ini:2: [imap] session_timeout: "1" is not a number from 60 to 86400 seconds"#
        ),
        (
            "[imap]\nquota_administrators = boss@example.com example.com",
            "config.ini:2: [imap] quota_administrators: \"boss@example.com example.com\" is not a list of addresses such as user@example.com"
        ),
        (
            "[notify]\ntick_ms = 0",
            #"config.ini:2: [notify] tick_ms: "0" is not a number from 10 to 60000 milliseconds"#
        ),
        (
            "[antivirus]\nmode = eat",
            #"config.ini:2: [antivirus] mode: "eat" is not one of reject, quarantine, tag"#
        ),
        (
            "[proxy]\ntrusted_networks = 10.0.0.1/8",
            #"config.ini:2: [proxy] trusted_networks: "10.0.0.1/8" is not a list of networks such as 10.0.0.0/8, 2001:db8::/32"#
        ),
        (
            "[system]\nhostname = a\u{1B}b",
            #"config.ini:2: [system] hostname: "a\u{1b}b" is not text without control characters"#
        ),
        ("[imap]\nprot = 1", "config.ini:2: [imap] prot: there is no such key; did you mean port?"),
        ("[imap]\nhost = x", "config.ini:2: [imap] host: there is no such key"),
        (
            "[imap]\nmax_conections = 1",
            "config.ini:2: [imap] max_conections: there is no such key; did you mean max_connections?"
        ),
        ("[imaps]\nport = 1", "config.ini:1: [imaps] there is no such section; did you mean imap?"),
        ("[lamp]", "config.ini:1: [lamp] there is no such section"),
        ("[imap]\nport_file = /x", "config.ini:2: [imap] port_file: there is no such key"),
        (
            "[database]\npassword = two #words",
            "config.ini:2: [database] password: put the secret in quotes: what follows the blank was taken for a comment"
        ),
        (
            "[database]\npassword = x\npassword_file = /y",
            "config.ini:3: [database] password_file: password is set as well: one of the two must go"
        ),
        (
            "[database]\npassword_file = /nonexistent/x",
            "config.ini:2: [database] password_file: /nonexistent/x: No such file or directory"
        ),
        (
            "[database]\npassword_file = /dev/null",
            "config.ini:2: [database] password_file: /dev/null: it is not a regular file"
        ),
        (
            "[database]\npassword_file = name",
            "config.ini:2: [database] password_file: the file is neither an absolute path nor a credential of systemd"
        ),
        ("[imap]\nport = 1\nport = 2", "config.ini:3: [imap] port: this key was set before, on line 2"),
        ("[imap]\nenable_ssl = 1", "config.ini: [imap] enable_ssl: it needs tls_cert and tls_key"),
        ("[pop3]\ntls_key = /k", "config.ini: [pop3] tls_cert: tls_cert and tls_key go together"),
        ("[imap]\ntls_only = 1", "config.ini: [imap] tls_only: nobody could log in: enable_ssl is false"),
        (
            "[smtp_server]\nproxy_protocol = 1",
            "config.ini: [smtp_server] proxy_protocol: it needs trusted_networks in [proxy]"
        ),
        ("[webhook]\nenabled = 1", "config.ini: [webhook] url: it is empty, and enabled is true"),
        ("[s3]\naccess_key = a", "config.ini: [s3] secret_key: access_key and secret_key go together"),
        (
            "[s3]\nendpoint = ftp://x",
            "config.ini: [s3] endpoint: it is neither HOST, HOST:PORT nor a URL with http:// or https:// and nothing behind them"
        ),
        ("[database]\ntls_ca = /ca.pem", "config.ini: [database] tls_ca: it is of no use unless tls is required"),
        (
            "[smtp]\nuse_starttls = 1\nuse_smtps = 1",
            "config.ini: [smtp] use_smtps: use_starttls is true as well: one of the two must go"
        ),
    ])
    func mistakesNameTheirPlace(text: String, problem: String) throws {
        #expect(try problems(of: text) == [problem])
    }

    @Test func everyMistakeIsReportedInTheOrderOfTheFile() throws {
        let found = try problems(of: "[imap]\nport = x\nprot = 1\nnonsense\n[nowhere]\na = 1\n[s3]\nuse_ssl = 2\n")
        #expect(found.map { String($0.prefix { $0 != " " }) } == [2, 3, 4, 5, 8].map { "config.ini:\($0):" })
    }

    @Test func theValueOfASecretIsNeverInAProblem() throws {
        let found = try problems(of: "[database]\npassword = \"sesame\u{7}\"")
        #expect(found == ["config.ini:2: [database] password: the value is not text without control characters"])
    }

    @Test func aFileThatIsNotThereIsAProblem() {
        #expect(throws: ConfigurationError.self) { try Configuration.load(path: "/nonexistent", environment: [:]) }
        #expect(throws: ConfigurationError.self) { try Configuration.load(path: "/tmp", environment: [:]) }
    }

    @Test(arguments: [
        (DaemonKind.apid, "", "config.ini: [api] token: it is empty"),
        (.imapd, "[imap]\nport = 0", "config.ini: [imap] port: there is no port left to listen on"),
        (.lmtpd, "[lmtp]\nsocket =", "config.ini: [lmtp] socket: there is neither a socket nor a port to listen on"),
    ])
    func aDaemonChecksWhatItNeeds(daemon: DaemonKind, text: String, problem: String) throws {
        let store = "[database]\nuser = u\n[s3]\naccess_key = a\nsecret_key = b\n"
        #expect(try problems(of: store + text, daemon: daemon) == [problem])
        #expect(try problems(of: store + text, daemon: .gcd) == [])
    }

    @Test func noDaemonStartsWithoutAStore() throws {
        let found = try problems(of: "[cache]\nspool_directory =", daemon: .gcd)
        #expect(
            found == [
                "config.ini: [database] user: it is empty", "config.ini: [s3] access_key: it is empty",
                "config.ini: [cache] spool_directory: it is empty",
            ])
        #expect(try problems(of: "") == [])
    }

    @Test func valuesFromExamplesAreWarnedOf() throws {
        let configuration = try load("[api]\ntoken = changeme\n[s3]\nendpoint = http://s3.example.com\n")
        #expect(configuration.warnings.map { "\($0.section ?? "").\($0.key ?? "")" } == ["api.token", "s3.endpoint"])
        #expect(try load("[s3]\nendpoint = http://127.0.0.1:9000\n").warnings.isEmpty)
    }
}

@Suite struct ConfigurationOverrideTests {
    @Test func theEnvironmentWins() throws {
        let configuration = try load(
            "[imap]\nport = 1\n[smtp_server]\nport = 2\n[database]\npassword_file = /nonexistent\n".replacing(
                "password_file = /nonexistent", with: "password = file"),
            environment: [
                "LIGHTMAIL_IMAP_PORT": "10", "LIGHTMAIL_SMTP_SERVER_PORT": "20", "LIGHTMAIL_DATABASE_PASSWORD": "env",
                "LIGHTMAIL_CONFIG": "x", "LIGHTMAIL_DB_NAME": "y", "PATH": "/bin",
            ])
        #expect(configuration.imap.port == 10)
        #expect(configuration.smtpServer.port == 20)
        #expect(configuration.database.password.reveal() == "env")
        #expect(configuration.warnings.isEmpty)
    }

    @Test func aBadVariableIsNamed() throws {
        let found = try problems(of: "", environment: ["LIGHTMAIL_IMAP_PORT": "x"])
        #expect(
            found == ["environment variable LIGHTMAIL_IMAP_PORT: [imap] port: \"x\" is not a number from 0 to 65535"])
    }

    @Test func anUnknownKeyOfAKnownSectionIsWarnedOf() throws {
        let configuration = try load("", environment: ["LIGHTMAIL_DATABASE_HOTS": "db"])
        #expect(
            configuration.warnings.map(\.description) == [
                "environment variable LIGHTMAIL_DATABASE_HOTS: [database] hots: there is no such key"
            ])
    }

    @Test func namesOfVariablesAreUnambiguous() {
        let names = Configuration.table.flatMap { table in table.keys.map { "\(table.name)_\($0.name)" } }
        #expect(Set(names).count == names.count)
    }

    @Test func secretsComeFromFiles() throws {
        let folder = try TestFolder()
        let file = try folder.write("from file\n", to: "db")
        try folder.write("from credential", to: "s3")
        try folder.write("by name\r\n", to: "api.token")
        try folder.write("not used", to: "database.password")
        let configuration = try load(
            "[database]\npassword_file = \(file)\n[s3]\naccess_key = a\nsecret_key_file = s3\n",
            environment: ["CREDENTIALS_DIRECTORY": folder.path])
        #expect(configuration.database.password.reveal() == "from file")
        #expect(configuration.s3.secretKey.reveal() == "from credential")
        #expect(configuration.api.token.reveal() == "by name")
        #expect(
            try load("", environment: ["LIGHTMAIL_API_TOKEN_FILE": file]).api.token.reveal() == "from file")
    }
}

@Suite struct ConfigurationTableTests {
    @Test func theExampleIsInStepWithTheCode() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appendingPathComponent("config.ini.example")
        if ProcessInfo.processInfo.environment["LIGHTMAIL_WRITE_EXAMPLE"] != nil {
            try Data(Configuration.example.utf8).write(to: file)
        }
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text == Configuration.example, "write it anew: LIGHTMAIL_WRITE_EXAMPLE=1 swift test --filter Table")
    }

    @Test func theExampleIsAValidFileOfDefaults() throws {
        #expect(try load(Configuration.example) == load(""))
        let everyKey = Configuration.example.split(separator: "\n").map { line in
            // A line of help has a blank behind its #; a key has none.
            line.hasPrefix("#") && !line.hasPrefix("# ") && line != "#" ? line.dropFirst() : line
        }
        let withoutSecretFiles = everyKey.filter { !$0.hasSuffix("_file =") }.joined(separator: "\n")
        #expect(try load(withoutSecretFiles) == load(""))
    }

    @Test func everyKeyOfTheSpecificationIsThere() {
        let specification: [String: String] = [
            "system": "hostname owner group",
            "database": """
            host port socket user password database pool_size pool_idle_timeout pool_max_lifetime connect_timeout tls
            """,
            "s3": "endpoint bucket region access_key secret_key use_ssl path_style",
            "imap": """
            bind port ssl_port enable_ssl tls_cert tls_key tls_only max_connections buffer_size session_timeout \
            max_failed_attempts rate_limit_window_secs rate_limit_commands
            """,
            "pop3": """
            bind port ssl_port enable_ssl tls_cert tls_key tls_only max_connections buffer_size session_timeout
            """,
            "lmtp": "socket max_message_size",
            "smtp_server": """
            bind port submission_port smtps_port enable_ssl enable_starttls tls_cert tls_key enable_auth \
            require_auth_smtp require_auth_submission auth_require_tls max_message_size max_connections
            """,
            "smtp": """
            host port smtps_port use_starttls use_smtps auto_tls_fallback auth_method username password
            """,
            "api": "bind port token",
            "antivirus": "enabled host port mode fail_open",
            "webhook": "enabled url token events timeout_ms",
            "garbage": "batch_size idle_seconds pause_seconds",
            "logging": "path json level",
        ]
        for (section, keys) in specification {
            let table = Configuration.table.first { $0.name == section }
            let names = Set(table?.keys.map(\.name) ?? [])
            for key in keys.split(separator: " ") { #expect(names.contains(String(key)), "[\(section)] \(key)") }
        }
    }

    @Test func whatWaitsForTheNextStartIsNamed() throws {
        let before = Configuration()
        var after = before
        after.imap.port = 1143
        after.imap.sessionTimeout = .seconds(60)
        after.pop3.port = 1110
        after.s3.secretKey = Secret("another")
        after.logging.level = .debug
        #expect(after.keysForNextStart(of: .imapd, since: before) == ["s3.secret_key", "imap.port"])
        #expect(after.keysForNextStart(of: .pop3d, since: before) == ["s3.secret_key", "pop3.port"])
        #expect(after.keysForNextStart(of: .gcd, since: before) == ["s3.secret_key"])
        #expect(after.keysForNextStart(of: .imapd, since: after).isEmpty)
    }

    @Test func everyDefaultCanBeReadBack() throws {
        let defaults = Configuration()
        for table in Configuration.table {
            for key in table.keys where !key.isSecret {
                var configuration = defaults
                try key.read(key.write(defaults), &configuration)
                #expect(configuration == defaults, "[\(table.name)] \(key.name)")
            }
        }
    }

    @Test func noSecretIsPrinted() throws {
        let configuration = try load("[database]\npassword = opensesame\n")
        #expect(configuration.summary.contains("[database]\nhost = localhost\n"))
        #expect(configuration.summary.contains("\npassword = (set)\n"))
        #expect(configuration.summary.contains("\ntoken = (not set)\n"))
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in [configuration.summary, "\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!text.contains("opensesame"))
        }
    }
}
