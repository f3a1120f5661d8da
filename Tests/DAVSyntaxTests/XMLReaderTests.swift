import DAVSyntax
import Testing
import XMLSyntax

@Suite struct XMLReaderTests {
    private func read(_ text: String, limits: XMLLimits = XMLLimits()) throws(XMLError) -> XMLElement {
        try XMLReader.read(Array(text.utf8), limits: limits)
    }

    @Test func namespacesAreResolved() throws {
        let root = try read(
            """
            <?xml version="1.0" encoding="utf-8"?>
            <!-- a comment --><a xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" c:x='1 &amp; 2' y="z">
            <c:b/><d xmlns=""><c:e xmlns:c="other"/></d><c:f>t&#x41;&lt;<![CDATA[<raw> &amp;]]></c:f></a>
            """)
        #expect(root.name == .dav("a"))
        #expect(root.attributes == [XMLAttribute(.calDAV("x"), "1 & 2"), XMLAttribute(XMLName("", "y"), "z")])
        #expect(root.elements.map(\.name) == [.calDAV("b"), XMLName("", "d"), .calDAV("f")])
        #expect(root.elements[1].elements.map(\.name) == [XMLName("other", "e")])
        #expect(root.elements[2].text == "tA<<raw> &amp;")
    }

    @Test func lineEndsBecomeOne() throws {
        #expect(try read("<a>1\r\n2\r3\n4&#13;</a>").text == "1\n2\n3\n4\r")
        #expect(try read("<a><![CDATA[1\r\n2\r3]]></a>").text == "1\n2\n3")
    }

    @Test(arguments: [
        ("", XMLError.Reason.expected("the end of an element")),
        ("text", .expected("an element")),
        ("<a>", .expected("the end of an element")),
        ("<a></b>", .expected("the end of what was begun last")),
        ("<a/><b/>", .expected("the end")),
        ("<a/>text", .expected("an element")),
        ("</a>", .expected("an element")),
        ("<a b=1/>", .expected("a quote")),
        ("<a b='1'c='2'/>", .expected("white space")),
        ("<a b='1' b='2'/>", .repeatedAttribute),
        ("<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>", .repeatedAttribute),
        ("<p:a/>", .prefix),
        ("<a p:b='1'/>", .prefix),
        ("<a xmlns:p=''/>", .prefix),
        ("<a xmlns:xmlns='u'/>", .prefix),
        ("<a>&nbsp;</a>", .entity),
        ("<a>& </a>", .entity),
        ("<a>&#0;</a>", .character),
        ("<a>&#xD800;</a>", .character),
        ("<a>&#x110000;</a>", .character),
        ("<a>&#+65;</a>", .character),
        ("<a>\u{1}</a>", .character),
        ("<a>]]></a>", .expected("no end of CDATA")),
        ("<a><![CDATA[</a>", .expected("]]>")),
        ("<a><!-- -- --></a>", .expected(">")),
        ("<!DOCTYPE a><a/>", .documentType),
        ("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", .documentType),
        ("<a><!DOCTYPE b></a>", .documentType),
        ("<?xml version='1.0' encoding='UTF-16'?><a/>", .notUTF8),
        ("<a:b:c xmlns:a='u'/>", .expected("a name")),
    ])
    func whatIsNotWellFormedIsRefused(text: String, reason: XMLError.Reason) {
        let error = #expect(throws: XMLError.self) { try read(text) }
        #expect(error?.reason == reason, "\(text)")
    }

    @Test func octetsThatAreNotUTF8AreRefused() {
        let error = #expect(throws: XMLError.self) {
            try XMLReader.read(Array("<a>".utf8) + [0xFF] + Array("</a>".utf8))
        }
        #expect(error?.reason == .notUTF8)
        let wide = #expect(throws: XMLError.self) { try XMLReader.read([0xFE, 0xFF, 0x00, 0x3C]) }
        #expect(wide?.reason == .notUTF8)
    }

    /// Ten entities, each of ten of the one before: a thousand million words, were they let in.
    @Test func anEntityBombIsRefusedUnread() {
        var text = "<!DOCTYPE lolz [<!ENTITY lol0 \"lol\">"
        for level in 1..<10 {
            text += "<!ENTITY lol\(level) \"\(String(repeating: "&lol\(level - 1);", count: 10))\">"
        }
        text += "]><lolz>&lol9;</lolz>"
        let error = #expect(throws: XMLError.self) { try read(text) }
        #expect(error?.reason == .documentType)
    }

    @Test func boundsHold() {
        var limits = XMLLimits()
        limits.depth = 3
        limits.elements = 5
        limits.attributes = 2
        limits.nameOctets = 4
        limits.octets = 100
        let cases: [(String, String)] = [
            ("<a><a><a><a/></a></a></a>", "elements in each other"),
            ("<a><b/><b/><b/><b/><b/></a>", "elements"),
            ("<a b='' c='' d=''/>", "attributes"),
            ("<abcde/>", "octets of a name"),
            ("<a>\(String(repeating: "x", count: 100))</a>", "octets"),
        ]
        for (text, what) in cases {
            let error = #expect(throws: XMLError.self) { try read(text, limits: limits) }
            #expect(error?.reason == .tooMany(what))
        }
        let deep = String(repeating: "<a>", count: 100_000)
        #expect(throws: XMLError.self) { try read(deep) }
    }

    /// What is kept has to be read again by itself, with its namespaces at each element.
    @Test(arguments: [
        "<a xmlns:n='m' \((0..<17).map { "n:a\($0)=''" }.joined(separator: " "))/>",
        "<\(String(repeating: "n", count: 255)) xmlns='x'/>",
    ])
    func whatCouldNotBeReadAgainIsNotWritten(text: String) throws {
        let element = try XMLReader.read(Array(text.utf8))
        #expect(XMLWriter.fragment(element) == nil)
    }

    @Test func namesAreThoseThatXMLHas() throws {
        for name in ["\u{D7}", "a\u{FFFE}", "\u{B7}a", "a\u{F7}"] {
            #expect(throws: XMLError.self) { try XMLReader.read(Array("<\(name)/>".utf8)) }
        }
        #expect(try XMLReader.read(Array("<\u{E9}t\u{E9}\u{B7}/>".utf8)).name.local == "\u{E9}t\u{E9}\u{B7}")
        let element = try XMLReader.read(Array("<xml:a/>".utf8))
        #expect(XMLWriter.fragment(element) == Array("<xml:a/>".utf8))
    }

    @Test func whatIsWrittenReadsAsTheSame() throws {
        let element = XMLElement(
            .calDAV("calendar-data"),
            [XMLAttribute(XMLName("", "a"), "\"<&>\t\n'"), XMLAttribute(XMLName("n&", "b"), "1")],
            children: [
                .text("BEGIN:VCALENDAR\r\n<&>]]>\u{1F4C5}"),
                .element(XMLElement(XMLName("http://example.org/\"x\"", "y"), text: "z")),
                .element(XMLElement(XMLName("", "plain"))), .element(XMLElement(.dav("href"), text: "/")),
            ])
        let fragment = try #require(XMLWriter.fragment(element))
        #expect(try XMLReader.read(fragment) == element)
        #expect(try XMLReader.read(XMLWriter.document(element)).children == element.children)
    }
}
