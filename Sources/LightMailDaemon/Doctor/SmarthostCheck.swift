/// Whether the smarthost can be reached as it would be for a message, where submission is served.
struct SmarthostCheck {
    private let configuration: Configuration

    init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    func run() -> [Finding] {
        let server = configuration.smtpServer
        guard server.submissionPort != 0 || (server.smtpsPort != 0 && server.enableSSL) else { return [] }
        var findings = Findings("smarthost")
        let section = configuration.smtp
        let address = SocketProbe.Address.tcp(
            host: section.host, port: section.useSMTPS ? section.smtpsPort : section.port)
        do throws(SocketProbe.Failure) {
            let probe = try SocketProbe(address)
            // Under TLS from the first byte nothing is said before it.
            if !section.useSMTPS { try greet(probe) }
            findings.ok("answer", "\(address) can be reached")
        } catch {
            findings.warning(
                "answer", "\(address): \(error.message); until then submissions to others are refused with 451",
                advice: "Correct [smtp] host and port, or set the submission ports to 0 where nobody submits.")
        }
        return findings.list
    }

    private func greet(_ probe: SocketProbe) throws(SocketProbe.Failure) {
        let greeting = try probe.line()
        guard greeting.hasPrefix("220") else {
            throw SocketProbe.Failure(message: "it greets with \"\(greeting)\"")
        }
        try probe.send("EHLO \(configuration.system.hostname)\r\n")
        var offersTLS = false
        // RFC 5321 4.2.1: the last line of a reply has a blank behind its code.
        for _ in 0..<100 {
            let line = try probe.line()
            if line.dropFirst(4).uppercased() == "STARTTLS" { offersTLS = true }
            if line.dropFirst(3).first != "-" { break }
        }
        try probe.send("QUIT\r\n")
        guard offersTLS || !configuration.smtp.useSTARTTLS || configuration.smtp.autoTLSFallback else {
            throw SocketProbe.Failure(message: "it does not offer STARTTLS, which use_starttls wants")
        }
    }
}
