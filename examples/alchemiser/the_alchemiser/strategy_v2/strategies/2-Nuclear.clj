; The two strongest of an industry, unless it has overheated.
(defsymphony "Nuclear energy"
  {:asset-class "EQUITIES" :rebalance-threshold 0.05}
  (if (>= (rsi "SPY" {:window 10}) 79)
    (asset "BIL")
    (weight-inverse-volatility 20
      (filter (rsi {:window 14}) (select-bottom 3)
        [(asset "CCJ") (asset "LEU") (asset "OKLO") (asset "SMR") (asset "BWXT")]))))
