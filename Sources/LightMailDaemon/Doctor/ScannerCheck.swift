/// Whether clamd answers, where messages are to be scanned.
struct ScannerCheck {
    private let section: AntivirusSection

    init(_ configuration: Configuration) {
        section = configuration.antivirus
    }

    func run() -> [Finding] {
        guard section.enabled else { return [] }
        var findings = Findings("clamd")
        let address: SocketProbe.Address =
            section.socket.isEmpty ? .tcp(host: section.host, port: section.port) : .unix(path: section.socket)
        do throws(SocketProbe.Failure) {
            let probe = try SocketProbe(address)
            // clamd's own protocol: a command that ends in NUL, an answer that ends in NUL.
            try probe.send("zVERSION\0")
            let answer = try probe.line()
            guard answer.hasPrefix("ClamAV") else { throw SocketProbe.Failure(message: "it says \"\(answer)\"") }
            findings.ok("answer", "\(address): \(answer)")
        } catch {
            let meanwhile = section.failOpen ? "mail is taken unscanned" : "no mail is taken"
            findings.error(
                "answer", "\(address): \(error.message); meanwhile \(meanwhile)",
                advice: "systemctl start clamav-daemon, or correct [antivirus] socket, host and port.")
        }
        return findings.list
    }
}
