; Three times the index, as long as it is calm and not yet too dear.
(defsymphony "Leveraged index"
  {:asset-class "EQUITIES" :rebalance-threshold 0.1}
  (if (< (stdev-return "QQQ" {:window 20}) 2.5)
    [(if (> (rsi "TQQQ" {:window 10}) 79)
       [(asset "UVXY" "Volatility")]
       [(asset "TQQQ" "Three times Nasdaq 100")])]
    [(filter (current-price) (select-top 1) [(asset "BIL") (asset "SHY")])]))
