/// How the methods of lists work.
enum Lists {
    static func reverse(_ list: [Value], _ run: Evaluation) throws(EvaluationError) -> [Value] {
        try run.charge(list.count)
        return list.reversed()
    }
}
