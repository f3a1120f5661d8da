// What the rows work on. Nothing is random: two runs of the same code count the same.

enum Inputs {
    /// A message of 8 kB of plain text.
    static let text = [UInt8](header("Content-Type: text/plain; charset=utf-8\r\n").utf8) + lines(8_192)

    /// A message as programs write it: a text, the same as HTML, and a picture of 24 kB in base64.
    static let mixed: [UInt8] = {
        var message = header("Content-Type: multipart/mixed; boundary=\"outer\"\r\n")
        message += "--outer\r\nContent-Type: multipart/alternative; boundary=\"inner\"\r\n\r\n"
        message +=
            "--inner\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        var octets = [UInt8](message.utf8) + quotedPrintable(lines: 40)
        octets += "--inner\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><body><p>".utf8
        octets += lines(4_096)
        octets += "</p></body></html>\r\n--inner--\r\n--outer\r\nContent-Type: image/png; name=\"figure.png\"\r\n".utf8
        octets +=
            "Content-Disposition: attachment; filename=\"figure.png\"\r\nContent-Transfer-Encoding: base64\r\n\r\n".utf8
        octets += base64(lines: 430)
        octets += "--outer--\r\n".utf8
        return octets
    }()

    static let command = [UInt8](
        "a1 UID FETCH 4,8:23,42,108:* (UID FLAGS RFC822.SIZE BODY.PEEK[HEADER.FIELDS (DATE FROM SUBJECT)])\r\n".utf8)
    static let search = [UInt8](
        "a2 UID SEARCH CHARSET UTF-8 OR (FROM \"ada\" SINCE 1-Nov-2026) NOT SUBJECT \"report\" UNSEEN\r\n".utf8)

    static let event = [UInt8](
        """
        BEGIN:VCALENDAR\r
        VERSION:2.0\r
        PRODID:-//Example//EN\r
        BEGIN:VEVENT\r
        UID:weekly@example.org\r
        DTSTAMP:20261101T000000Z\r
        DTSTART:20260105T090000Z\r
        DTEND:20260105T100000Z\r
        RRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR;UNTIL=20261231T000000Z\r
        EXDATE:20260107T090000Z\r
        SUMMARY:What is to be done\\, and by whom\r
        ATTENDEE;CN=Ada;ROLE=REQ-PARTICIPANT:mailto:ada@example.org\r
        END:VEVENT\r
        END:VCALENDAR\r

        """.utf8)

    static let report = [UInt8](
        """
        <?xml version="1.0" encoding="utf-8"?>
        <C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
        <D:prop><D:getetag/><C:calendar-data/></D:prop>
        <C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
        <C:time-range start="20261101T000000Z" end="20261201T000000Z"/>
        </C:comp-filter></C:comp-filter></C:filter>
        </C:calendar-query>
        """.utf8)

    private static func header(_ content: String) -> String {
        var header = ""
        for hop in 0..<4 {
            header += "Received: from relay\(hop).example.com (relay\(hop).example.com [192.0.2.\(hop)])\r\n"
            header += "\tby mx.example.org with ESMTPS id 4XyZ\(hop); Tue, 24 Nov 2026 10:0\(hop):00 +0000\r\n"
        }
        header += "From: =?utf-8?Q?Ad=C3=A8le?= Lovelace <ada@example.com>\r\n"
        header += "To: Charles <charles@example.org>, \"The others\" <others@example.org>\r\n"
        header += "Cc: secretary@example.org\r\nSubject: =?utf-8?B?w5xiZXIgZGllIE1hc2NoaW5l?= and its notes\r\n"
        header += "Date: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-ID: <notes.1@example.com>\r\n"
        header += "In-Reply-To: <notes.0@example.org>\r\nReferences: <notes.0@example.org>\r\nMIME-Version: 1.0\r\n"
        return header + content + "\r\n"
    }

    private static func lines(_ size: Int) -> [UInt8] {
        var octets: [UInt8] = []
        while octets.count < size {
            octets += "The engine weaves patterns as the loom weaves flowers and leaves.\r\n".utf8
        }
        return octets
    }

    private static func quotedPrintable(lines: Int) -> [UInt8] {
        var octets: [UInt8] = []
        for _ in 0..<lines {
            octets += "Stra=C3=9Fe, caf=C3=A9 and na=C3=AFve words that go on for a while =\r\nas one line.\r\n".utf8
        }
        return octets
    }

    private static func base64(lines: Int) -> [UInt8] {
        var octets: [UInt8] = []
        for _ in 0..<lines {
            octets += "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGA\r\n".utf8
        }
        return octets
    }
}
