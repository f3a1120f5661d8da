import LightMailCore
import LightMailDaemon
import Testing

@testable import AdminServer

/// What the console makes of text that others wrote, and of cookies that others made.
struct ConsoleTests {
    @Test(arguments: [
        ("<script>", "&lt;script&gt;"),
        ("\"onfocus='x'&", "&quot;onfocus=&#39;x&#39;&amp;"),
        // A quote that a combining mark makes one character with.
        ("\"\u{301}x", "&quot;\u{301}x"),
        ("<\u{338}b", "&lt;\u{338}b"),
        ("a\u{202E}gpj.exe", "a\u{FFFD}gpj.exe"),
        ("a\u{0}b\u{1B}c\td\ne", "a\u{FFFD}b\u{FFFD}c\td\ne"),
        ("Größe 日本", "Größe 日本"),
    ])
    func textIsEscapedByScalars(_ text: String, _ escaped: String) {
        #expect(PageText().escapeText(text) == escaped)
    }

    @Test func templatesEscapeWhatTheyAreFilledWith() throws {
        let templates = try ConsoleTemplates()
        func quotes(_ detail: String) throws -> Int {
            let page = try templates.render("problem", ["title": "x", "detail": detail])
            return page.unicodeScalars.count { $0 == "\"" || $0 == "<" }
        }
        #expect(try quotes("\"\u{301}<\u{301}\"<b>") == quotes("plain"))
        for (name, text) in [("login", ConsoleAssets.login), ("message", ConsoleAssets.message)] {
            #expect(!text.contains("{{{"), "\(name) writes something unescaped")
        }
    }

    @Test func linesAreBrokenWhereNothingWasMeasured() {
        let line = LinePlot.Line(
            name: "a", colour: 2,
            points: [(0, 1), (300, 2), (600, 0), (3_000, 4), (90_000, 9)].map { LinePlot.Point(time: $0, value: $1) })
        let svg = LinePlot(lines: [line], span: 0..<7_200, step: 300, top: "<4>").svg
        #expect(svg.contains("d=\"M0.0 152.9h0.1L30.0 135.8L60.0 170.0M300.0 101.6h0.1\""))
        #expect(svg.contains("&lt;4&gt;") && !svg.contains("<4>"))
    }

    @Test func aDayIsToldByTheHour() throws {
        let now = Int64(1_800_000_000)
        let samples = [
            DaemonSample(takenAt: now - 3_900, connections: 2, operations: 4, microseconds: 4_000, slow: 2_000),
            DaemonSample(takenAt: now - 3_600, connections: 5, operations: 0, microseconds: 0, slow: 0),
            DaemonSample(takenAt: now - 600, connections: 1, operations: 98, microseconds: 98_000, slow: 1_000),
            DaemonSample(takenAt: now - 300, connections: 1, operations: 2, microseconds: 102_000, slow: 90_000),
        ]
        let series = DashboardSeries(daemons: [KindSamples(kind: "imapd", samples: samples)], store: [], now: now)
        func card(_ id: String) throws -> Values { try #require(series.cards.first { $0["id"] as? String == id }) }
        func values(_ id: String) throws -> [String] {
            let hours = try #require(try card(id)["hours"] as? [Values])
            return hours.flatMap { $0["values"] as? [Values] ?? [] }.compactMap { $0["value"] as? String }
        }
        #expect(try values("sessions") == ["5", "2"])
        #expect(try values("latency") == ["2.0 ms", "1.0 ms"])
        #expect(try values("slow") == ["90 ms", "2.0 ms"])
        for id in ["deliveries", "storage", "backlog"] {
            let isEmpty = try card(id)["isEmpty"] as? Bool
            #expect(isEmpty == true)
        }
        let page = try ConsoleTemplates().render("dashboard", ["series": series.cards])
        #expect(page.contains("Nothing has been measured") && page.contains("class=\"line s0\""))
    }

    @Test func aCookieIsKnownAgainUntilItIsOld() {
        let seal = ConsoleSeal(Secret("token"))
        let session = seal.begin(.configured, now: 1_000)
        #expect(seal.holderName(session.cookie, now: 1_001) == Holder.configured.name)
        #expect(seal.holderName(session.cookie, now: 1_000 + ConsoleSession.lifetime) == nil)
        #expect(ConsoleSeal(Secret("another")).holderName(session.cookie, now: 1_001) == nil)
        #expect(seal.matches(session, session.formSeal))
        #expect(!seal.matches(session, nil))
        #expect(!seal.matches(session, seal.begin(.configured, now: 1_000).formSeal))
    }

    @Test func aForgedCookieIsNobodys() {
        let seal = ConsoleSeal(Secret("token"))
        let cookie = seal.begin(Holder(name: "reader", scope: .read), now: 1_000).cookie
        #expect(seal.holderName(cookie, now: 1_001) == "reader")
        let parts = cookie.percentDecoded.split(separator: "!").map(String.init)
        let forgeries = [
            (["(configuration)"] + parts.dropFirst()).joined(separator: "!"),
            ([parts[0], "99999999999"] + parts.dropFirst(2)).joined(separator: "!"),
            parts.dropLast().joined(separator: "!"), "", "!!!", String(repeating: "a", count: 10_000),
        ]
        for forgery in forgeries { #expect(seal.holderName(forgery.percentEncoded, now: 1_001) == nil) }
    }

    @Test func formsAreReadAsBrowsersWriteThem() throws {
        let form = ConsoleForm(
            Array("name=a+b%2Bc&empty=&quota=25&big=99999999999999999999&odd=%zz&twice=1&twice=2".utf8))
        #expect(form["name"] == "a b+c")
        #expect(try form.limit("quota", unit: 1_000_000) == 25_000_000)
        #expect(try form.limit("empty") == nil)
        #expect(form["odd"] == "%zz")
        #expect(form["nothing"] == nil)
        #expect(throws: Problem.self) { try form.limit("big") }
        #expect(throws: Problem.self) { try form.text("empty") }
    }

    @Test func figuresAreReadable() {
        #expect(Figure.count(1_234_567) == "1,234,567")
        #expect(Figure.count(-1000) == "-1,000")
        #expect(Figure.bytes(999) == "999 B")
        #expect(Figure.bytes(12_345_678) == "12.3 MB")
        #expect(Figure.age(86_400 * 3) == "3 days")
        #expect(Figure.percent(5, of: 0) == 100)
        #expect(Timestamp(1_795_640_455).description == "2026-11-25T21:00:55Z")
        #expect(Timestamp(0).http == "Thu, 01 Jan 1970 00:00:00 GMT")
    }
}
