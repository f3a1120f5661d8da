// MailFormat: what is read out of a message's bytes: header fields, encoded words, transfer encodings, charsets. However
// content is cut, it is decoded the same.

import MailFormat

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    var input = Array(UnsafeBufferPointer(start: start, count: count))
    guard let choice = input.popLast() else { return 0 }
    checkHeader(input)
    checkTransfer(input, choice & 1 == 0 ? .base64 : .quotedPrintable, pieces: Int(choice >> 5) + 1)
    checkCharset(input, choice)
    return 0
}

private func checkHeader(_ input: [UInt8]) {
    let header = HeaderBlock(input)
    for field in header {
        precondition(field.whole.upperBound <= input.count)
        precondition(
            field.name.lowerBound >= field.whole.lowerBound && field.value.upperBound <= field.whole.upperBound)
    }
    _ = EncodedWord.decode(Array(input.prefix(512)))
    let names = [Array("subject".utf8), Array("to".utf8)]
    let chosen = header.fields(matching: names).count + header.fields(matching: names, inverted: true).count
    precondition(chosen <= input.count + 8)
}

private func checkTransfer(_ input: [UInt8], _ encoding: TransferEncoding, pieces: Int) {
    var whole = TransferDecoder(encoding)
    let atOnce = whole.feed(input.span.bytes) + whole.finish()
    precondition(whole.decodedSize == UInt64(atOnce.count))
    var cut = TransferDecoder(encoding)
    var inPieces: [UInt8] = []
    var rest = input[...]
    while !rest.isEmpty {
        inPieces += cut.feed(Array(rest.prefix(pieces)).span.bytes)
        rest = rest.dropFirst(pieces)
    }
    inPieces += cut.finish()
    precondition(atOnce == inPieces, "it matters how the content is cut")
}

private func checkCharset(_ input: [UInt8], _ choice: UInt8) {
    let names = ["utf-8", "us-ascii", "windows-1252", "iso-2022-jp", "utf-16", "gb18030", "utf-7", "no-such-charset"]
    _ = Charset.decode(input, charset: Array(names[Int(choice >> 1) % names.count].utf8))
}
