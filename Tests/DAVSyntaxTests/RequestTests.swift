import DAVSyntax
import Testing
import XMLSyntax

@Suite struct RequestTests {
    private func read(_ text: String) throws -> XMLElement {
        let open = "<\(text.prefix { $0 != ">" && $0 != "/" && $0 != " " })"
        let rest = text.dropFirst(open.count - 1)
        return try XMLReader.read(
            Array("\(open) xmlns='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'\(rest)".utf8))
    }

    @Test func propfind() throws {
        #expect(try PropertyRequest(propfind: nil) == .all(including: []))
        #expect(try PropertyRequest(propfind: read("propfind><propname/></propfind>")) == .names)
        #expect(
            try PropertyRequest(propfind: read("propfind><allprop/><include><C:x/></include></propfind>"))
                == .all(including: [.calDAV("x")]))
        #expect(
            try PropertyRequest(propfind: read("propfind><prop><getetag/></prop></propfind>"))
                == .some([XMLElement(.dav("getetag"))]))
        for wrong in ["propfind/>", "propfind><prop/><propname/></propfind>", "other><prop/></other>"] {
            #expect(throws: BodyError.self) { try PropertyRequest(propfind: read(wrong)) }
        }
        let many = "propfind><prop>" + String(repeating: "<a/>", count: 501) + "</prop></propfind>"
        #expect(throws: BodyError.self) { try PropertyRequest(propfind: read(many)) }
    }

    @Test func whatIsAskedForTwiceIsAnsweredOnce() throws {
        let names = String(repeating: "<a xmlns='x'/><b xmlns='x'/>", count: 100)
        for text in ["<prop>\(names)</prop>", "<allprop/><include>\(names)</include>"] {
            let root = try XMLReader.read(Array("<propfind xmlns='DAV:'>\(text)</propfind>".utf8))
            switch try PropertyRequest(propfind: root) {
            case .some(let elements): #expect(elements.map(\.name.local) == ["a", "b"])
            case .all(let names): #expect(names.map(\.local) == ["a", "b"])
            case .names: Issue.record("these are no names")
            }
        }
    }

    @Test func workWithoutBoundIsRefused() throws {
        func query(_ filter: String) throws -> ReportRequest {
            let text =
                "<C:calendar-query xmlns='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'><C:filter>"
                + "<C:comp-filter name='VCALENDAR'><C:comp-filter name='VEVENT'>\(filter)</C:comp-filter></C:comp-filter>"
                + "</C:filter></C:calendar-query>"
            return try ReportRequest(try XMLReader.read(Array(text.utf8)))
        }
        func match(_ count: Int) -> String {
            "<C:prop-filter name='SUMMARY'><C:text-match>\(String(repeating: "x", count: count))</C:text-match></C:prop-filter>"
        }
        func times(_ count: Int) -> String {
            String(
                repeating: "<C:prop-filter name='DTSTAMP'><C:time-range start='20240101T000000Z'/></C:prop-filter>",
                count: count)
        }
        _ = try query(match(1_000) + times(10))
        #expect(throws: BodyError.self) { try query(match(1_001)) }
        #expect(throws: BodyError.self) { try query(times(11)) }
        func data(_ count: Int) throws -> CalendarDataRequest {
            let text =
                "<C:calendar-data xmlns:C='urn:ietf:params:xml:ns:caldav'><C:comp name='VCALENDAR'>"
                + String(repeating: "<C:prop name='A'/>", count: count) + "</C:comp></C:calendar-data>"
            return try CalendarDataRequest(try XMLReader.read(Array(text.utf8)))
        }
        #expect(try data(499).component?.properties?.count == 499)
        #expect(throws: BodyError.self) { try data(500) }
    }

    @Test func proppatchKeepsTheOrderAndTheLanguage() throws {
        let update = try PropertyUpdate(
            proppatch: read(
                "propertyupdate><set><prop xml:lang='de'><displayname>A</displayname></prop></set>"
                    + "<remove><prop><C:x/></prop></remove></propertyupdate>"))
        let language = XMLAttribute(XMLName(XMLNamespace.xml, "lang"), "de")
        #expect(
            update.changes == [
                .set(XMLElement(.dav("displayname"), [language], children: [.text("A")])), .remove(.calDAV("x")),
            ])
        #expect(throws: BodyError.self) { try PropertyUpdate(proppatch: read("propertyupdate/>")) }
    }

    @Test func aCollectionSaysWhatItIs() throws {
        let request = try CollectionRequest(
            read(
                "mkcol><set><prop><resourcetype><collection/><C:calendar/></resourcetype>"
                    + "<displayname>A</displayname></prop></set></mkcol>"), expecting: .dav("mkcol"))
        #expect(request.types == [.dav("collection"), .calDAV("calendar")])
        #expect(request.properties.map(\.name) == [.dav("displayname")])
        #expect(try CollectionRequest(nil, expecting: .dav("mkcol")).properties.isEmpty)
        #expect(throws: BodyError.self) { try CollectionRequest(read("mkcol/>"), expecting: .calDAV("mkcalendar")) }
    }

    private func filter(_ inner: String) throws -> ReportRequest {
        try ReportRequest(
            read(
                "C:calendar-query><C:filter><C:comp-filter name='VCALENDAR'>\(inner)</C:comp-filter></C:filter>"
                    + "</C:calendar-query>"))
    }

    @Test func aFilterIsRead() throws {
        guard
            case .query(let query) = try filter(
                "<C:comp-filter name='vevent'><C:time-range start='20060104T000000Z' end='20060105T000000Z'/>"
                    + "<C:prop-filter name='ATTENDEE'><C:text-match collation='i;octet' negate-condition='yes'>a</C:text-match>"
                    + "<C:param-filter name='PARTSTAT'><C:is-not-defined/></C:param-filter></C:prop-filter>"
                    + "</C:comp-filter>")
        else {
            Issue.record("no query")
            return
        }
        let event = try #require(query.filter.components.first)
        #expect(event.name == "VEVENT")
        #expect(event.timeRange == TimeRange(start: 1_136_332_800, end: 1_136_419_200))
        let property = try #require(event.properties.first)
        #expect(property.text?.collation == .octet)
        #expect(property.text?.isNegated == true)
        #expect(property.parameters.map(\.isAbsent) == [true])
    }

    @Test(arguments: [
        ("<C:comp-filter/>", "valid-filter"),
        ("<C:comp-filter name='VEVENT'><C:is-not-defined/><C:prop-filter name='A'/></C:comp-filter>", "valid-filter"),
        ("<C:comp-filter name='VEVENT'><C:time-range/></C:comp-filter>", "valid-filter"),
        ("<C:comp-filter name='VEVENT'><C:time-range start='20060104'/></C:comp-filter>", "valid-filter"),
        (
            "<C:comp-filter name='VEVENT'><C:time-range start='20060104T000000Z' end='20060104T000000Z'/></C:comp-filter>",
            "valid-filter"
        ),
        ("<C:comp-filter name='VEVENT'><C:surprise/></C:comp-filter>", "supported-filter"),
        ("<C:prop-filter name='A'><C:text-match collation='x'>a</C:text-match></C:prop-filter>", "supported-collation"),
        ("<C:time-range start='20060104T000000Z'/>", "valid-filter"),
    ])
    func aWrongFilterIsRefusedByItsPrecondition(inner: String, condition: String) {
        let error = #expect(throws: BodyError.self) { try filter(inner) }
        guard case .precondition(let name, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(name == .calDAV(condition))
    }

    @Test func otherReports() throws {
        #expect(throws: BodyError.self) { try ReportRequest(read("expand-property/>")) }
        #expect(throws: BodyError.self) { try ReportRequest(read("C:calendar-multiget/>")) }
        #expect(throws: BodyError.self) { try ReportRequest(read("sync-collection><prop/></sync-collection>")) }
        #expect(throws: BodyError.self) {
            try ReportRequest(
                read("sync-collection><sync-token/><limit><nresults>0</nresults></limit><prop/></sync-collection>"))
        }
        guard
            case .sync(let sync) = try ReportRequest(
                read(
                    "sync-collection><sync-token> a </sync-token><sync-level>1</sync-level>"
                        + "<limit><nresults>5</nresults></limit><prop/></sync-collection>"))
        else {
            Issue.record("no report of changes")
            return
        }
        #expect(sync.token == "a" && sync.limit == 5)
    }

    @Test func textIsFoundByItsCollation() throws {
        guard
            case .query(let query) = try filter(
                "<C:prop-filter name='A'><C:text-match>Straße</C:text-match></C:prop-filter>"
                    + "<C:prop-filter name='B'><C:text-match collation='i;octet'>ab</C:text-match></C:prop-filter>")
        else { return }
        let matches = query.filter.properties.compactMap(\.text)
        #expect(matches[0].matches("in der sTRAßE 5") && !matches[0].matches("STRASSE"))
        #expect(matches[1].matches("xaby") && !matches[1].matches("AB") && !matches[1].matches("a"))
    }

    @Test(arguments: [
        ("*", EntityTagCondition.any), ("\"a\"", .tags(["\"a\""])), ("W/\"a\" , \"b,c\"", .tags(["\"a\"", "\"b,c\""])),
    ])
    func entityTags(text: String, condition: EntityTagCondition) {
        #expect(EntityTagCondition(text) == condition)
    }

    @Test(arguments: ["", "a", "\"a", "\"a\" \"b\"", ","])
    func whatAreNoEntityTags(text: String) {
        #expect(EntityTagCondition(text) == nil)
    }

    @Test(arguments: [
        ("/", []), ("/dav/a%40b/c%20d.ics", ["dav", "a@b", "c d.ics"]), ("/a//b/", ["a", "b"]),
        ("/%E2%82%AC", ["€"]),
    ])
    func pathsAreTakenApart(path: String, segments: [String]) {
        #expect(ResourcePath.segments(path) == segments)
    }

    @Test(arguments: ["/a/../b", "/%2e%2e/b", "/a%2Fb", "/a%00", "/a%0d%0ab", "/%FF", "/%4", "/%zz", "/."])
    func pathsThatLeadNowhere(path: String) {
        #expect(ResourcePath.segments(path) == nil)
    }

    @Test func whatIsEncodedIsDecoded() {
        let segments = ["dav", "ä b%/".replacing("/", with: "?"), "a@b", "x.ics"]
        #expect(ResourcePath.segments(ResourcePath.encoded(segments, isCollection: true)) == segments)
        #expect(ResourcePath.path(ofHref: "https://h:1/a?b#c", authority: "H:1") == "/a")
        #expect(ResourcePath.path(ofHref: "https://other/a", authority: "h") == nil)
        #expect(ResourcePath.path(ofHref: "//h/a", authority: nil) == nil)
        #expect(ResourcePath.path(ofHref: "ftp://h/a", authority: nil) == nil)
    }
}
