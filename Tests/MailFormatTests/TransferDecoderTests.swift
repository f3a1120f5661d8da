// Transfer encodings: tables, and the same output for any chunks.

import MailFormat
import Testing

@Suite("Transfer decoder")
struct TransferDecoderTests {
    private func decode(_ encoded: [UInt8], _ encoding: TransferEncoding, chunk: Int) -> [UInt8] {
        var decoder = TransferDecoder(encoding)
        var decoded: [UInt8] = []
        var position = 0
        while position < encoded.count {
            let end = min(encoded.count, position + chunk)
            decoded += decoder.feed(encoded.span.bytes.extracting(position..<end))
            position = end
        }
        decoded += decoder.finish()
        #expect(decoder.decodedSize == UInt64(decoded.count))
        return decoded
    }

    @Test(
        "decodes base64 (RFC 2045 6.8)",
        arguments: [
            ("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYg==", "foob"),
            ("Zm9\r\nvY\r\nmE=\r\n", "fooba"),
            ("Zm9vYmFy", "foobar"), ("Z m*9-v", "foo"), ("Zg", "f"), ("Zm8", "fo"), ("Z", ""),
            ("Zg==Zm8=Zm9v", "ffofoo"),
            ("====", ""), ("Zm9v=Zm9v", "foofoo"),
        ])
    func base64(_ encoded: String, _ expected: String) {
        for chunk in 1...9 { #expect(text(decode(bytes(encoded), .base64, chunk: chunk)) == expected) }
    }

    @Test(
        "decodes quoted-printable (RFC 2045 6.7)",
        arguments: [
            ("", ""), ("a=3Db", "a=b"), ("a=3db", "a=b"), ("one=\r\ntwo=\nthree", "onetwothree"),
            ("soft= \t\r\nbreak", "softbreak"), ("trailing \t\r\nspace ", "trailing\r\nspace"), ("in side", "in side"),
            ("a=", "a"), ("a= ", "a"), ("a=4", "a=4"), ("a=zz", "a=zz"), ("a=4zb", "a=4zb"), ("a==3D", "a=="),
            ("a= b", "a= b"), ("=\r=41", "=\rA"), ("kept =20\r\n", "kept  \r\n"),
        ])
    func quotedPrintable(_ encoded: String, _ expected: String) {
        for chunk in 1...9 {
            #expect(escaped(decode(bytes(encoded), .quotedPrintable, chunk: chunk)) == escaped(bytes(expected)))
        }
    }

    @Test("passes identity through")
    func identity() {
        let body: [UInt8] = [0, 13, 10, 255, 61]
        #expect(decode(body, .identity, chunk: 2) == body)
    }

    @Test("holds back a bounded amount of white space")
    func whitespace() {
        var decoder = TransferDecoder(.quotedPrintable)
        let decoded = decoder.feed([UInt8](repeating: 32, count: 100_000).span.bytes)
        #expect(decoded.count > 98_000)
        var soft = TransferDecoder(.quotedPrintable)
        #expect(soft.feed((bytes("=") + [UInt8](repeating: 32, count: 100_000)).span.bytes).count > 98_000)
    }

    @Test("knows its encodings")
    func names() {
        #expect(TransferEncoding("7BIT") == .identity)
        #expect(TransferEncoding("binary") == .identity)
        #expect(TransferEncoding("Base64") == .base64)
        #expect(TransferEncoding("Quoted-Printable") == .quotedPrintable)
        #expect(TransferEncoding("x-uuencode") == nil)
        #expect(TransferEncoding("") == nil)
    }
}
