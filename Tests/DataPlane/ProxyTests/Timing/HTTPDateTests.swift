import NIOCore
import TestSupport
import Testing

@testable import Proxy

@Suite struct HTTPDateTests {
    @Test(
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (951_868_799, "Tue, 29 Feb 2000 23:59:59 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
            (.max, "Fri, 31 Dec 9999 23:59:59 GMT"), (.min, "Thu, 01 Jan 1970 00:00:00 GMT"),
        ] as [(Int64, String)]
    )
    func `A moment is written as RFC 9110 asks`(seconds: Int64, text: String) {
        #expect(HTTPDate(secondsSince1970: seconds).description == text)
    }

    @Test(arguments: UInt64(0)..<50)
    func `Any moment is the one that another implementation reads`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let seconds = Int64.random(in: 0...253_402_300_799, using: &random)
        let text = HTTPDate(secondsSince1970: seconds).description
        #expect(text.utf8.count == 29)
        #expect(HTTPDateText.seconds(text) == seconds)
    }

    @Test func `A loop's line is written anew when the second changes, back in time too`() {
        var line = DateLine()
        #expect(String(buffer: line.at(secondsSince1970: 0)) == "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n")
        #expect(String(buffer: line.at(secondsSince1970: 1)) == "Date: Thu, 01 Jan 1970 00:00:01 GMT\r\n")
        #expect(String(buffer: line.at(secondsSince1970: 0)) == "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n")
        let one = line.at(secondsSince1970: 7).withUnsafeReadableBytes { $0.baseAddress }
        #expect(one == line.at(secondsSince1970: 7).withUnsafeReadableBytes { $0.baseAddress })
    }
}
